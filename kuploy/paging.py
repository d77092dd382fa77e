"""Keyset paging and search: the millionth page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.timezone import is_naive

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50
NAMES = ("after", "before")


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: Sequence[M]
    previous: str  # query string of the page before, without "?"; empty on the first
    next: str
    descending: bool
    turned: str  # query string of the first page in the other direction


def paginate(
    queryset: "QuerySet[M]",
    key: str,
    params: Any,
    search: str = "",
    size: int = PAGE_SIZE,
    among: "QuerySet[Any] | None" = None,
) -> Page[M]:
    """The rows after ?after= or before ?before=, by KEY: a unique column, "-" in front descends.

    ?turn= turns the direction.
    With SEARCH those that contain it in this column; first the ones that begin with it.
    With AMONG those whose key is found there: a choice by what the rows themselves do not hold.
    """
    column = key.removeprefix("-")
    after, before = (place_in(queryset, column, params.get(name, "")) for name in NAMES)
    cursor, backwards = before or after, bool(before)
    descending = key.startswith("-") != ("turn" in params)
    ascending = descending == backwards
    parts = _parts(queryset if among is None else among, column, search)[:: -1 if backwards else 1]
    if cursor:
        in_last_part = backwards == cursor.startswith(search)
        parts = parts[-1:] if in_last_part else parts
        parts[0] = parts[0].filter(**{f"{column}__{'gt' if ascending else 'lt'}": cursor})
    order, by_keys = column if ascending else f"-{column}", bool(search) or among is not None
    found = _fetch(queryset if by_keys else None, parts, order, size + 1)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        previous=_link(params, "before", rows and rows[0], column, more or not backwards, cursor),
        next=_link(params, "after", rows and rows[-1], column, more or backwards, "always"),
        descending=descending,
        turned=_turned(params),
    )


def _parts(queryset: "QuerySet[Any]", column: str, search: str) -> list["QuerySet[Any]"]:
    if not search:
        return [queryset]
    begins = Q(**{f"{column}__startswith": search})
    contains = Q(**{f"{column}__contains": search})
    return [queryset.filter(begins), queryset.filter(contains, ~begins)]


def _fetch(
    queryset: "QuerySet[M] | None", parts: list["QuerySet[Any]"], order: str, count: int
) -> list[M]:
    """So many rows, those of the first part before those of the second.

    With a QUERYSET the parts only choose keys; without one there is one part, read as it is.
    """
    column = order.removeprefix("-")
    if queryset is None:
        return list(parts[0].order_by(order)[:count])
    found: list[M] = []
    for part in parts:
        # Keys first: the index alone answers that, however many rows a search passes by.
        keys = part.order_by(order).values(column)[: count - len(found)]
        found += queryset.filter(**{f"{column}__in": keys}).order_by(order)
    return found


def place_in(queryset: "QuerySet[Any]", column: str, typed: str) -> str:
    """What can stand in that column; empty for anything else, which counts as not typed."""
    try:
        value = queryset.model._meta.get_field(column).to_python(typed)
    except ValidationError:
        return ""
    # A moment without its zone was never handed out.
    return "" if isinstance(value, datetime) and is_naive(value) else typed


def _turned(params: Any) -> str:
    query = _without_place(params)
    if not query.pop("turn", None):
        query["turn"] = "1"
    return str(query.urlencode())


def _without_place(params: Any) -> Any:
    query = params.copy()
    for each in NAMES:
        query.pop(each, None)
    return query


def _link(params: Any, name: str, row: Any, column: str, there_is: bool, cursor: str) -> str:
    if not (row and there_is and cursor):
        return ""
    query = _without_place(params)
    query[name] = str(getattr(row, column))
    return str(query.urlencode())
