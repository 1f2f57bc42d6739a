"""A fake provider asked in this very process, and what a contract test of lists needs around it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.http.http_client import HttpClient
from twilio.http.response import Response as SdkResponse

from chalicelib.http_types import Call, Response
from infra.local.fakes.provider import Provider
from infra.local.fakes.wire import Arrived


class FakeApi:
    """The door's stand-in: every call is answered by the provider; `change` may damage an answer on its way."""

    def __init__(self, provider: Provider, now: float) -> None:
        self.provider, self.now = provider, now
        self.calls: list[Call] = []
        self.change: Callable[[Call, Response], Response] = lambda _, response: response

    def send(self, call: Call) -> Response:
        self.calls.append(call)
        place = urlsplit(call.url)
        url = f"{place.path}?{place.query}" if place.query else place.path
        headers = {name.lower(): value for name, value in call.headers.items()}
        reply = self.provider.answer(
            Arrived(method=call.method, url=url, headers=headers, body=call.body), self.now
        ).reply
        response = Response(code=reply.code, headers=reply.headers, body=reply.body, elapsed=9)
        return self.change(call, response)


class SdkDoor(HttpClient):
    """Twilio's SDK, led to the same fake."""

    def __init__(self, api: FakeApi, authorization: str) -> None:
        self.api, self.authorization = api, authorization

    def request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, *_: Any, **__: Any
    ) -> SdkResponse:
        asked = f"{url}?{urlencode(params)}" if params else url
        answer = self.api.send(Call(method=method, url=asked, headers={"authorization": self.authorization}))
        return SdkResponse(answer.code, answer.body.decode())
