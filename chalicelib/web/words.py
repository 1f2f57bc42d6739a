"""Every word a customer hears or reads, in French and English; French is the one we fall back on."""

from collections.abc import Mapping

DEFAULT = "fr"

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "voice.notice": "Aucun conseiller n'est joignable en ce moment. Nous avons pris note de votre appel.",
        "voice.offer": (
            "Aucun conseiller n'est joignable en ce moment. Pour être rappelé à ce numéro, appuyez sur 1."
        ),
        "voice.press": "Pour être rappelé à ce numéro, appuyez sur 1.",
        "fallback.connect": "Un instant, nous vous mettons en relation.",
        "fallback.call": (
            "Une panne technique nous empêche de prendre votre appel. Merci de rappeler dans quelques minutes."
        ),
        "fallback.message": (
            "Une panne technique nous empêche de lire votre message. Merci de le renvoyer dans quelques minutes."
        ),
        "callback.asked": "Demande de rappel au {number}.",
        "voice.thanks": "Merci. Nous vous rappellerons à ce numéro.",
        "voice.goodbye": "Merci de votre appel. Au revoir.",
        "message.offer": (
            "Nous avons bien reçu votre message, mais aucun conseiller n'est joignable en ce moment. "
            "Nous vous répondrons dès que possible. Pour être rappelé, indiquez-nous un numéro."
        ),
        "front_door.busy": "Attente plus longue que d'habitude",
        "front_door.wait_under": "Attente estimée : moins de {high} min",
        "front_door.wait_range": "Attente estimée : de {low} à {high} min",
        "front_door.wait_over": "Attente estimée : plus de {low} min",
        "front_door.returning": "De retour, encore ralenti par moments",
        "front_door.unheard": "Nos réponses y arrivent mal en ce moment",
        "front_door.down": "Indisponible pour le moment",
        "front_door.maintenance": "En maintenance",
        "front_door.some_closed": (
            "Certains moyens de contact sont momentanément indisponibles. Merci d'en choisir un autre."
        ),
        "front_door.all_options": (
            "Nos moyens de contact peuvent être perturbés. Si l'un ne répond pas, essayez-en un autre."
        ),
        "state.open": "Disponible",
        "state.degraded": "Disponible, perturbations possibles",
        "state.closed": "Indisponible",
        "status.title": "Comment nous joindre maintenant",
        "status.none": "Aucun moyen de contact n'est publié pour le moment.",
        "status.updated": "Mis à jour le {at} (UTC). Cette page se recharge chaque minute.",
        "upcoming.way": "{label} sera en maintenance {when}.",
        "upcoming.unanswered": "Certaines demandes n'auront pas de réponse {when} ; elles seront traitées ensuite.",
        "upcoming.same_day": "le {day} de {from} à {until}",
        "upcoming.days": "du {day} à {from} au {last} à {until}",
        "status.old": "Cette information est ancienne : tous les moyens de contact sont indiqués.",
    },
    "en": {
        "voice.notice": "No adviser can be reached right now. We have noted your call.",
        "voice.offer": "No adviser can be reached right now. To be called back on this number, press 1.",
        "voice.press": "To be called back on this number, press 1.",
        "fallback.connect": "One moment, we are putting you through.",
        "fallback.call": "A technical fault keeps us from taking your call. Please call again in a few minutes.",
        "fallback.message": (
            "A technical fault keeps us from reading your message. Please send it again in a few minutes."
        ),
        "callback.asked": "Call-back asked for on {number}.",
        "voice.thanks": "Thank you. We will call you back on this number.",
        "voice.goodbye": "Thank you for calling. Goodbye.",
        "message.offer": (
            "We have received your message, but no adviser can be reached right now. "
            "We will answer as soon as we can. To be called back, send us a number."
        ),
        "front_door.busy": "Longer wait than usual",
        "front_door.wait_under": "Estimated wait: less than {high} min",
        "front_door.wait_range": "Estimated wait: {low} to {high} min",
        "front_door.wait_over": "Estimated wait: more than {low} min",
        "front_door.returning": "Back again, still slow at times",
        "front_door.unheard": "Our answers may not get through right now",
        "front_door.down": "Not available right now",
        "front_door.maintenance": "Under maintenance",
        "front_door.some_closed": "Some ways to reach us are not available right now. Please use another.",
        "front_door.all_options": "Ways to reach us may be disturbed. If one does not answer, try another.",
        "state.open": "Available",
        "state.degraded": "Available, may be disturbed",
        "state.closed": "Not available",
        "status.title": "How to reach us now",
        "status.none": "No way to reach us is published right now.",
        "status.updated": "Updated on {at} (UTC). This page reloads every minute.",
        "upcoming.way": "{label} will be under maintenance {when}.",
        "upcoming.unanswered": "Some requests will get no answer {when}; they will be dealt with afterwards.",
        "upcoming.same_day": "on {day} from {from} to {until}",
        "upcoming.days": "from {day}, {from}, to {last}, {until}",
        "status.old": "This information is old: every way to reach us is listed.",
    },
}


def say(key: str, language: str, **fields: str) -> str:
    """The words for `key` in `language` ("fr", "en-GB", ...), French when we do not speak it.

    Raises:
        KeyError: for an unknown key, or a field that the words need and nobody gave.
    """
    words = WORDS.get(language.partition("-")[0].lower(), WORDS[DEFAULT])
    return words[key].format(**fields)
