"""Pages of a list: each begins after the last row of the one before, however many there are."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from ninja import Field, Schema

from accounts.api.answers import Listing
from accounts.api.problems import Entry, Invalid
from kuploy.codes import seal, unseal
from kuploy.paging import Page, paginate, place_in

M = TypeVar("M", bound=Model)
MOST = 200


class Window(Schema):
    """Which part of a list."""

    after: str = Field("", max_length=400, description="Where the page begins: see the Link.")
    limit: int = Field(50, ge=1, le=MOST, description="Most rows in one answer.")


def by_name(
    queryset: "QuerySet[M]",
    key: str,
    window: Window,
    search: str = "",
    among: "QuerySet[Any] | None" = None,
) -> Page[M]:
    """In the order of a unique column, whose value is what the next page begins after."""
    if window.after and not place_in(queryset, key.removeprefix("-"), window.after):
        raise _no_place()
    params = place(window.after)
    return paginate(queryset, key, params, search, size=window.limit, among=among)


def newest_first(queryset: "QuerySet[M]", kind: str, window: Window) -> Page[M]:
    """In the order of the row numbers, which nobody sees: places are sealed."""
    return paginate(queryset, "-id", place(unsealed(kind, window.after)), size=window.limit)


def by_number(queryset: "QuerySet[M]", kind: str, window: Window) -> Page[M]:
    """The oldest first, with sealed places."""
    return paginate(queryset, "id", place(unsealed(kind, window.after)), size=window.limit)


def listing(
    page: Page[M], show: Callable[[Sequence[M]], Sequence[Schema]], key: Callable[[M], str]
) -> Listing:
    after = key(page.rows[-1]) if page.next else ""
    return Listing(show(page.rows), after)


def sealed(kind: str) -> Callable[[Model], str]:
    return lambda row: str(seal(kind, row.pk))


def unsealed(kind: str, after: str) -> str:
    """The row number in a place; nobody makes one up."""
    if not after:
        return ""
    try:
        number = unseal(kind, UUID(after))
    except ValueError:
        number = None
    if number is None:
        raise _no_place()
    return str(number)


def _no_place() -> Invalid:
    detail = _("This is no place in this list: take it from the Link of the page before.")
    return Invalid([Entry(detail=detail, parameter="after")])


def place(after: str) -> QueryDict:
    query = QueryDict(mutable=True)
    if after:
        query["after"] = after
    return query
