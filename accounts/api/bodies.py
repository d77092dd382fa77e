"""What programs send."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.parser import Parser
from pydantic import ConfigDict, field_validator
from pydantic_core import PydanticCustomError


class Bodies(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """UnicodeError for half a character (RFC 7493, 2.1): nothing could store or answer it."""
        sent = super().parse_body(request)
        json.dumps(sent, ensure_ascii=False).encode()
        return sent


class Sent(Schema):
    """A body. A field that there is not is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def without_nul(cls, value: Any) -> Any:
        """PostgreSQL takes none in a text. Said here, for not all that is sent meets a form."""
        if any("\0" in text for text in _texts(value)):
            raise PydanticCustomError(
                "nul", str(_("Leave out the characters that cannot be seen."))
            )
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts(each)
