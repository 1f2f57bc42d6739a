"""Why a token is not believed: a closed list for the log; the caller never hears which."""

from enum import StrEnum


class Doubt(StrEnum):
    """One word for each cause."""

    NO_TOKEN = "no_token"  # noqa: S105 - a word, no secret
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - likewise
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    NOT_CONFIGURED = "not_configured"
    ALGORITHM = "algorithm"
    KEYS_OUT_OF_REACH = "keys_out_of_reach"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN_ROLE = "unknown_role"


class Disbelieved(Exception):
    """A token that proves nobody, and why."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt
