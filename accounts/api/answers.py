"""How calls answer: one thing with its tag, a list with the way to the rest, or a job."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags, quote_etag
from ninja import Schema
from pydantic import model_validator

JSON = "application/json"


class Shown(Schema):
    """What calls answer with, made of keywords alone."""

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: Any, info: Any) -> Any:
        """The library's own asks whether each value is a method or a manager: most of the work of
        a list."""
        return handler(values)


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a list; AFTER is where the next page begins, if there is one."""

    rows: Sequence[Schema]
    after: str


def one(call: HttpRequest, thing: Schema, status: int = 200) -> HttpResponse:
    content = thing.model_dump_json().encode()
    tag = _tag(content)
    if call.method == "GET" and tag in parse_etags(call.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(content, JSON, status, headers={"ETag": tag})


def several(call: HttpRequest, listing: Listing) -> HttpResponse:
    content = b",".join(row.model_dump_json().encode() for row in listing.rows)
    response = HttpResponse(b"[" + content + b"]", JSON)
    if listing.after:
        query = {**call.GET.dict(), "after": listing.after}
        address = call.build_absolute_uri(f"{call.path}?{urlencode(query)}")
        response["Link"] = f'<{address}>; rel="next"'
    return response


def matches(thing: Schema, tags: Iterable[str]) -> bool:
    """Whether it still is what one of the tags stands for."""
    return bool({_tag(thing.model_dump_json().encode()), "*"} & set(tags))


def _tag(content: bytes) -> str:
    return quote_etag(sha256(content).hexdigest()[:32])
