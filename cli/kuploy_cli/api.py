"""Calls of the API: tried again where that is harmless, page after page where there are more."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx

from kuploy_cli.failures import Exit, Failure, no_panel, of_response
from kuploy_cli.settings import Settings

Row = dict[str, Any]

BASE = "/api/v1"
PAGE = 200
TRIES = 5
LONGEST_WAIT = 120
# A method that may be sent twice without doing more than once (RFC 9110, 9.2.2).
REPEATABLE = {"GET", "PUT", "DELETE"}


class Api:
    """One panel, with one token, in the account of one client if `client` is set."""

    def __init__(
        self, settings: Settings, tell: Callable[[str], None], tries: int = TRIES,
        timeout: float = 30,
    ) -> None:  # fmt: skip
        self.client, self.tell, self.tries = "", tell, tries
        headers = {"Authorization": f"Bearer {settings.token}", "User-Agent": "kuploy-cli"}
        self.http = httpx.Client(base_url=settings.url + BASE, headers=headers, timeout=timeout)

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, query=query).json()

    def read(self, path: str) -> tuple[Row, str]:
        """With the tag that says later whether somebody else has changed it."""
        response = self.call("GET", path)
        return response.json(), response.headers.get("ETag", "")

    def pages(self, path: str, most: int | None = None, **query: Any) -> Iterator[list[Row]]:
        """The rows of a list as they arrive, at MOST so many."""
        query |= {"limit": min(PAGE, most or PAGE)}
        while True:
            response = self.call("GET", path, query=query)
            rows = response.json()[:most]
            if rows:
                yield rows
            most = None if most is None else most - len(rows)
            if "next" not in response.links or most == 0:
                return
            # Only what it asks for: the token goes to no other host, whatever the link says.
            query = dict(parse_qsl(urlsplit(response.links["next"]["url"]).query))

    def create(self, path: str, body: Row | None = None, key: str = "") -> Row:
        """Done once, however often it has to be sent."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        made: Row = self.call("POST", path, body, headers).json()
        return made

    def change(self, method: str, path: str, body: Row, tag: str = "") -> Row:
        """Refused if it is not any more what had the tag."""
        headers = {"If-Match": tag} if tag else {}
        changed: Row = self.call(method, path, body, headers).json()
        return changed

    def do(self, path: str, body: Row | None = None) -> Row:
        done: Row = self.call("POST", path, body).json()
        return done

    def upload(self, path: str, about: Row, name: str, content: bytes) -> Row:
        """Kept once, however often it has to be sent."""
        headers, files = {"Idempotency-Key": str(uuid4())}, {"file": (name, content)}
        begun: Row = self.call("POST", path, headers=headers, form=about, files=files).json()
        return begun

    def call(
        self, method: str, path: str, body: Row | None = None,
        headers: dict[str, str] | None = None, query: Row | None = None, **parts: Any,
    ) -> httpx.Response:  # fmt: skip
        """PARTS, `form` and `files`, instead of a BODY in JSON."""
        headers = headers or {}
        if self.client:
            headers["Kuploy-Account"] = self.client
        query = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        request = self.http.build_request(
            method, path, json=body, headers=headers, params=query, data=parts.get("form"),
            files=parts.get("files"),
        )  # fmt: skip
        response = self._sent(request)
        if not response.is_success:
            raise of_response(response)
        if response.content and response.headers.get("Content-Type") != "application/json":
            raise no_panel(response)
        return response

    def _sent(self, request: httpx.Request) -> httpx.Response:
        harmless = request.method in REPEATABLE or "Idempotency-Key" in request.headers
        for attempt in range(1, self.tries + 1):
            last = attempt == self.tries
            try:
                response = self.http.send(request)
            except httpx.TransportError as error:
                # What was never connected did nothing either.
                if last or not (harmless or isinstance(error, httpx.ConnectError)):
                    raise _away(request, error) from None
                wait = _pause(attempt)
            else:
                again = response.status_code == 429 or (harmless and response.is_server_error)
                wait = _wanted_wait(response, attempt)
                if last or not again or wait > LONGEST_WAIT:
                    return response
            if wait >= 2:
                self.tell(f"{request.url.host} does not answer it now: again in {wait:.0f} s.")
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")


def _wanted_wait(response: httpx.Response, attempt: int) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else _pause(attempt)


def _pause(attempt: int) -> float:
    """Half a second, doubling; not all at the same moment after an outage."""
    return 2.0 ** (attempt - 2) * random.uniform(0.75, 1.25)  # noqa: S311 -- nothing secret


def _away(request: httpx.Request, error: httpx.TransportError) -> Failure:
    reason = str(error) or type(error).__name__
    sentence = f"{request.url.host} cannot be reached: {reason}."
    if request.method not in REPEATABLE:
        sentence += " It may have been done all the same: look before you try again."
    return Failure(sentence, Exit.AWAY)
