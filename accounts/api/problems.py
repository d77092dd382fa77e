"""What went wrong, as RFC 9457 says it: for programs a type, for people a sentence."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext, gettext_noop
from ninja import Field, Schema

CONTENT_TYPE = "application/problem+json"
REFERENCE = "/api/v1/"


class Kind(Enum):
    """The HTTP status, the end of the type's address, and the title."""

    MALFORMED = 400, "malformed", gettext_noop("The request cannot be read")
    NO_TOKEN = 401, "no-token", gettext_noop("There is no good token")
    NOT_ALLOWED = 403, "not-allowed", gettext_noop("This is not allowed")
    NOT_FOUND = 404, "not-found", gettext_noop("There is no such thing here")
    WRONG_METHOD = 405, "wrong-method", gettext_noop("This address knows other methods")
    CHANGED = 412, "changed", gettext_noop("It has changed meanwhile")
    INVALID = 422, "invalid", gettext_noop("Something was not filled in right")
    REFUSED = 422, "refused", gettext_noop("A rule says no")
    TOO_OFTEN = 429, "too-often", gettext_noop("Too many calls")
    BROKEN = 500, "broken", gettext_noop("Something broke here")
    AWAY = 503, "away", gettext_noop("A part of the system is away")

    def __init__(self, status: int, slug: str, title: str) -> None:
        self.status, self.slug, self.title = status, slug, title

    @classmethod
    def of_status(cls, status: int) -> "Kind":
        """For answers that no call of ours made."""
        kinds = {kind.status: kind for kind in cls}
        return kinds.get(status, cls.MALFORMED if status < 500 else cls.BROKEN)


class Entry(Schema):
    """One thing that is wrong, and where."""

    detail: str = Field(description="One sentence for a person.")
    pointer: str | None = Field(
        default=None,
        description="Where in the body: a JSON pointer (RFC 6901) such as #/local_part.",
    )
    parameter: str | None = Field(default=None, description="Or which parameter or header.")


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str = Field(description="The kind of problem: the address of its description.")
    title: str
    status: int
    detail: str = Field(description="One sentence for a person, with the way out.")
    errors: list[Entry] = Field(description="One for each field or parameter that is wrong.")


class Invalid(Exception):
    """What was sent is wrong in these places."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = list(entries)


class Changed(Exception):
    """It is not any more what the caller has seen."""


def judged(form: forms.BaseForm, sent_as: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the form made of it; Invalid with an entry for each field that it complains about.

    SENT_AS says where in the body a field comes from that has another name there.
    """
    if form.is_valid():
        return form.cleaned_data
    places = {name: name for name in form.fields} | {**(sent_as or {})}
    raise Invalid(
        Entry(detail=detail, pointer=f"#/{places[name]}" if name in places else None)
        for name, errors in form.errors.as_data().items()
        for error in errors
        for detail in _said(form.fields.get(name), error)
    )


def _said(field: Any, error: ValidationError) -> list[str]:
    """A page shows what can be chosen, a program has to be told."""
    if error.code != "invalid_choice" or not isinstance(field, forms.ChoiceField):
        return [str(message) for message in error.messages]
    if isinstance(field, forms.ModelChoiceField):
        return [gettext("There is no such thing on offer here.")]
    choices: Any = field.choices
    offered = ", ".join(_choice(value, label) for value, label in choices if value != "")
    return [gettext("Choose one of these: %(choices)s.") % {"choices": offered}]


def _choice(value: Any, label: Any) -> str:
    """A number of bytes says little by itself."""
    return f"{value} ({label})" if isinstance(value, int) else str(value)


def answer(
    kind: Kind,
    detail: str = "",
    entries: Iterable[Entry] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    problem = Problem(
        type=f"{settings.BASE_URL}{REFERENCE}#{kind.slug}",
        title=gettext(kind.title),
        status=kind.status,
        detail=detail or f"{gettext(kind.title)}.",
        errors=list(entries),
    )
    content = problem.model_dump_json(exclude_none=True)
    return HttpResponse(content, CONTENT_TYPE, kind.status, headers=headers)
