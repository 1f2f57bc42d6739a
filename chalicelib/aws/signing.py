"""Calls to AWS's own HTTP APIs (SES v2), signed with the function's role (Signature Version 4)."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError

from chalicelib.aws.clients import Clients
from chalicelib.http_types import Call, Http, NotSent, Response

_REGIONAL = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$")


class SigningHttp:
    """Http: a call that names a service in `sign` gets its signature, every other passes through as it is."""

    def __init__(self, inner: Http, clients: Clients) -> None:
        self._inner = inner
        self._clients = clients

    def send(self, call: Call) -> Response:
        """Make one call. Raises NotSent (also when there are no credentials) or MaybeSent."""
        return self._inner.send(self._signed(call) if call.sign else call)

    def _signed(self, call: Call) -> Call:
        request = AWSRequest(method=call.method, url=call.url, data=call.body, headers=dict(call.headers))
        host = _REGIONAL.search(urlsplit(call.url).hostname or "")
        region = host.group(1) if host else self._clients.region
        try:
            credentials = self._clients.session.get_credentials()
            if credentials is None:
                raise NotSent(f"no credentials to sign for {call.sign}")
            SigV4Auth(credentials.get_frozen_credentials(), call.sign, region).add_auth(request)
        except BotoCoreError as unsigned:
            raise NotSent(f"cannot sign for {call.sign}: {type(unsigned).__name__}") from unsigned
        return replace(call, headers=dict(request.headers.items()), sign="")
