"""Keyset paging: the millionth page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50
NAMES = ("after", "before")


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: Sequence[M]
    previous: str  # query string of the page before, without "?"; empty on the first
    next: str


def paginate(queryset: "QuerySet[M]", key: str, params: Any, size: int = PAGE_SIZE) -> Page[M]:
    """The rows after ?after= or before ?before=, by KEY: a unique column, "-" in front descends."""
    column = key.removeprefix("-")
    after, before = (_cursor(queryset, column, params.get(name, "")) for name in NAMES)
    backwards = bool(before)
    ascending = (key == column) != backwards
    if cursor := before or after:
        queryset = queryset.filter(**{f"{column}__{'gt' if ascending else 'lt'}": cursor})
    found = list(queryset.order_by(column if ascending else f"-{column}")[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        previous=_link(params, "before", rows and rows[0], column, more or not backwards, cursor),
        next=_link(params, "after", rows and rows[-1], column, more or backwards, "always"),
    )


def _cursor(queryset: "QuerySet[M]", column: str, typed: str) -> str:
    """What can stand in that column; anything else counts as not typed."""
    try:
        queryset.model._meta.get_field(column).to_python(typed)  # type: ignore[union-attr]
    except ValidationError:
        return ""
    return typed


def _link(params: Any, name: str, row: Any, column: str, there_is: bool, cursor: str) -> str:
    if not (row and there_is and cursor):
        return ""
    query = params.copy()
    for each in NAMES:
        query.pop(each, None)
    query[name] = str(getattr(row, column))
    return str(query.urlencode())
