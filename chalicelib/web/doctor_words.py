"""What the doctor's findings mean and what to do about them, in French and English."""

from collections.abc import Mapping

from chalicelib.domain.doctor.finding import Finding, Ill

LANGUAGES = ("fr", "en")
WHAT: Mapping[Ill, tuple[str, str]] = {
    Ill.SETTING_MISSING: ("Un réglage ou un secret manque.", "A setting or a secret is missing."),
    Ill.TOKEN_INVALID: ("Le fournisseur refuse le jeton.", "The provider refuses the token."),
    Ill.TOKEN_EXPIRES: ("Le jeton expire bientôt.", "The token is about to expire."),
    Ill.VERSION_EXPIRES: (
        "La version de l'API ne sera bientôt plus servie.",
        "The API's version will soon be answered no more.",
    ),
    Ill.PERMISSION_MISSING: ("Un droit manque.", "A permission is missing."),
    Ill.NOT_SUBSCRIBED: (
        "Le webhook n'est plus abonné : rien n'arrivera.",
        "The webhook is not subscribed: nothing will arrive.",
    ),
    Ill.LEADS_ELSEWHERE: ("Le webhook mène ailleurs.", "The webhook leads elsewhere."),
    Ill.SUBSCRIPTION_LACKS: ("L'abonnement est incomplet.", "The subscription is not complete."),
    Ill.SIGNATURE_FAILS: (
        "Les signatures ne seront pas reconnues : des contacts sont refusés.",
        "Signatures will not be known as genuine: contacts are refused.",
    ),
    Ill.HOOK_FAILS: (
        "Le fournisseur n'a pas pu nous remettre de messages.",
        "The provider could not hand us messages.",
    ),
    Ill.MESSAGES_WAIT: ("Des messages attendent chez le fournisseur.", "Messages wait at the provider."),
    Ill.BALANCE_LOW: ("Le solde ou le quota s'épuise.", "The balance or the quota runs out."),
    Ill.ACCOUNT_LIMITED: ("Le compte est limité.", "The account is limited."),
    Ill.TEMPLATE_REFUSED: ("Un modèle de message n'est pas approuvé.", "A message template is not approved."),
    Ill.NUMBER_UNREGISTERED: (
        "Le numéro n'est pas en règle.",
        "The number does not meet its country's rules.",
    ),
    Ill.FALLBACK_MISSING: ("Aucune adresse de secours.", "There is no fallback address."),
    Ill.CLOCK_SKEW: ("Les horloges diffèrent.", "The clocks differ."),
    Ill.QUEUE_UNREAD: ("Aucune fonction ne lit cette file.", "No function reads this queue."),
    Ill.ALARM_UNHEARD: ("Personne ne reçoit les alarmes.", "Nobody hears the alarms."),
    Ill.FALLBACK_UNPROVEN: ("Ce secours n'a pas fait ses preuves.", "This fallback is unproven."),
    Ill.PLAN_WEAK: ("Le plan a un point faible.", "The plan has a weak point."),
    Ill.SITE_OUTDATED: (
        "Une page de votre site ne mène plus à ce canal.",
        "A page of your site does not lead to this channel any more.",
    ),
    Ill.SITE_UNREAD: (
        "Une page de votre site n'a pas pu être lue.",
        "A page of your site could not be read.",
    ),
    Ill.UNREACHABLE: ("Le fournisseur ne répond pas.", "The provider does not answer."),
    Ill.UNCHECKED: ("Ce point n'a pas pu être vérifié.", "This could not be checked."),
}
DO: Mapping[Ill, tuple[str, str]] = {
    Ill.SETTING_MISSING: ("Posez-le là où le message le dit.", "Set it where the message says."),
    Ill.TOKEN_INVALID: (
        "Créez un nouveau jeton chez le fournisseur, placez-le en tête dans les secrets du canal.",
        "Make a new token at the provider, and put it first in the channel's secrets.",
    ),
    Ill.TOKEN_EXPIRES: (
        "Renouvelez le jeton avant cette date, et gardez l'ancien derrière lui.",
        "Renew the token before that date, and keep the old one behind it.",
    ),
    Ill.VERSION_EXPIRES: (
        "Posez `settings.version` sur une version plus récente, après un essai.",
        "Set `settings.version` to a newer version, after a trial.",
    ),
    Ill.PERMISSION_MISSING: (
        "Accordez ce droit, puis relancez le diagnostic.",
        "Grant this permission, then ask the doctor again.",
    ),
    Ill.NOT_SUBSCRIBED: (
        "Rattachez le canal : POST /v1/channels/CANAL/attach, ou chez le fournisseur.",
        "Attach the channel: POST /v1/channels/CHANNEL/attach, or at the provider.",
    ),
    Ill.LEADS_ELSEWHERE: (
        "Demandez qui l'a changé, puis rattachez le canal : POST /v1/channels/CANAL/attach.",
        "Ask who changed it, then attach the channel: POST /v1/channels/CHANNEL/attach.",
    ),
    Ill.SUBSCRIPTION_LACKS: (
        "Ajoutez ce champ à l'abonnement, ou rattachez le canal.",
        "Add this field to the subscription, or attach the channel.",
    ),
    Ill.SIGNATURE_FAILS: (
        "Lisez le secret chez le fournisseur, et placez-le en tête dans les secrets du canal.",
        "Read the secret at the provider, and put it first in the channel's secrets.",
    ),
    Ill.HOOK_FAILS: (
        "Lisez le journal de `api_handler` à cette heure.",
        "Read the log of `api_handler` at that time.",
    ),
    Ill.MESSAGES_WAIT: (
        "Lisez le journal de `api_handler` : le fournisseur répète ce que nous n'avons pas pris.",
        "Read the log of `api_handler`: the provider repeats what we did not take.",
    ),
    Ill.BALANCE_LOW: ("Rechargez le compte.", "Top the account up."),
    Ill.ACCOUNT_LIMITED: (
        "Ouvrez la console du fournisseur : elle dit ce qu'il attend.",
        "Open the provider's console: it says what is asked of you.",
    ),
    Ill.TEMPLATE_REFUSED: (
        "Corrigez le modèle et soumettez-le avant d'en avoir besoin.",
        "Mend the template and submit it before it is needed.",
    ),
    Ill.NUMBER_UNREGISTERED: (
        "Rattachez au numéro l'adresse ou le dossier que son pays demande.",
        "Give the number the address or the bundle that its country asks for.",
    ),
    Ill.FALLBACK_MISSING: (
        "Posez l'adresse du document de secours (docs/deploying.md).",
        "Set the address of the fallback document (docs/deploying.md).",
    ),
    Ill.CLOCK_SKEW: (
        "Vérifiez l'état du fournisseur et de notre région : des preuves horodatées échoueront.",
        "Look at the provider's state and our region's: proofs with a time in them will fail.",
    ),
    Ill.QUEUE_UNREAD: (
        "Déployez à nouveau, ou réactivez le déclencheur.",
        "Deploy again, or enable the trigger.",
    ),
    Ill.ALARM_UNHEARD: (
        "Abonnez une personne au sujet des alarmes, et faites confirmer.",
        "Subscribe a person to the alarms' topic, and have it confirmed.",
    ),
    Ill.FALLBACK_UNPROVEN: (
        "Faites un exercice : menez-y quelques contacts.",
        "Drill it: lead some contacts there.",
    ),
    Ill.PLAN_WEAK: (
        "Voyez docs/plan.md, puis publiez un meilleur plan.",
        "See docs/plan.md, then publish a better plan.",
    ),
    Ill.SITE_OUTDATED: (
        "Corrigez le lien de cette page, ou `door.url` dans le plan.",
        "Mend the link on this page, or `door.url` in the plan.",
    ),
    Ill.SITE_UNREAD: (
        "Ouvrez la page, ou corrigez `door.pages` dans le plan.",
        "Open the page, or mend `door.pages` in the plan.",
    ),
    Ill.UNREACHABLE: (
        "Voyez la santé du canal : GET /v1/health/CANAL.",
        "Look at the channel's health: GET /v1/health/CHANNEL.",
    ),
    Ill.UNCHECKED: (
        "Posez ce qui manque pour que ce soit vérifié.",
        "Set what is missing, so that it is looked at.",
    ),
}


def in_words(finding: Finding, language: str) -> tuple[str, str]:
    """What it means, and what to do."""
    at = LANGUAGES.index(language)
    return WHAT[finding.ill][at], DO[finding.ill][at]
