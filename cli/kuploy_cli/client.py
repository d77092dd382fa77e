"""Calls of the API: pages are followed, limits waited for, and errors become sentences."""

import time
from collections.abc import Iterator
from typing import Any, Self
from uuid import uuid4

import click
import httpx

from kuploy_cli.config import Access

TRIES = 4
LONGEST_PAUSE = 60


class Client:
    def __init__(self, access: Access, account: str = "") -> None:
        headers = {"Authorization": f"Bearer {access.token}", "User-Agent": "kuploy-cli"}
        if account:
            headers["Kuploy-Account"] = account
        self._http = httpx.Client(base_url=f"{access.url}/api/v1", headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def check(self) -> None:
        """That the token opens the panel, whatever its scopes are."""
        answer = self._http.get("/jobs/none")
        # It is asked for before the job that there is not.
        if answer.status_code != 404:
            raise click.ClickException(_sentence(answer))

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, query=query).json()

    def create(self, path: str, body: dict[str, Any]) -> Any:
        """Once, also where the answer of a first try was lost."""
        headers = {"Idempotency-Key": str(uuid4())}
        return self.call("POST", path, body=body, headers=headers).json()

    def rows(self, path: str, limit: int, **query: Any) -> Iterator[dict[str, Any]]:
        """Up to so many rows of a list, over all its pages; 0: all."""
        query = {"limit": min(limit or 200, 200), **query}
        left = limit or float("inf")
        while path:
            answer = self.call("GET", path, query=query)
            for row in answer.json()[: None if left == float("inf") else int(left)]:
                left -= 1
                yield row
            following = answer.links.get("next", {}).get("url", "")
            path, query = (following if left > 0 else ""), {}

    def find(self, path: str, key: str, name: str) -> dict[str, Any]:
        """The one row whose KEY is exactly that."""
        for row in self.rows(path, 0, q=name):
            if row[key] == name.lower():
                return row
        raise click.ClickException(f"There is no {name} here.")

    def call(
        self, method: str, path: str, *, query: dict[str, Any] | None = None,
        body: Any = None, headers: dict[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        query = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        for again in reversed(range(TRIES)):
            answer = self._try(method, path, query, body, headers, again)
            if answer is not None:
                return answer
        raise click.ClickException("The panel has too much to do. Try again later.")

    def _try(
        self, method: str, path: str, query: Any, body: Any, headers: Any, again: int
    ) -> httpx.Response | None:
        """None when it is worth another try, after a pause."""
        try:
            answer = self._http.request(
                method, path, params=query or None, json=body, headers=headers
            )
        except httpx.HTTPError as error:
            if again and (method == "GET" or headers):
                time.sleep(1)
                return None
            raise click.ClickException(f"The panel does not answer: {error}.") from error
        if answer.status_code in (429, 503) and again:
            time.sleep(min(int(answer.headers.get("Retry-After", 1)), LONGEST_PAUSE))
            return None
        if answer.status_code >= 400:
            raise click.ClickException(_sentence(answer))
        return answer


def _sentence(answer: httpx.Response) -> str:
    """What went wrong, with a line for each field."""
    if answer.status_code == 401:
        return "The token is not good: wrong, expired or revoked. Run `kuploy login` with another."
    if answer.headers.get("Content-Type", "") != "application/problem+json":
        return f"This is no Kuploy panel: it answers {answer.status_code} {answer.reason_phrase}."
    problem = answer.json()
    lines = [
        f"{(each.get('pointer') or each.get('parameter') or '').removeprefix('#/')}: "
        f"{each['detail']}"
        for each in problem["errors"]
    ]
    return "\n".join(lines) or str(problem["detail"])
