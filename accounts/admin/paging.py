"""Lists and choices of the admin that never count: what they cost is what they show."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict

# Names in the address of a list.
AFTER, BEFORE = "after", "before"


class PeekingPage(Page):  # type: ignore[type-arg]
    follows = False

    def has_next(self) -> bool:
        return self.follows


class PeekingPaginator(Paginator):  # type: ignore[type-arg]
    """For choices that are typed: each page looks one row ahead instead of counting them all."""

    template_name = "admin/pages.html"
    # Whoever has not found it by then types more of it.
    MOST_PAGES = 20

    def page(self, number: Any) -> PeekingPage:
        number = min(max(int(number), 1), self.MOST_PAGES)
        begin = (number - 1) * self.per_page
        rows = list(self.object_list[begin : begin + self.per_page + 1])
        page = PeekingPage(rows[: self.per_page], number, self)
        page.follows = len(rows) > self.per_page and number < self.MOST_PAGES
        return page


class KeysetChangeList(ChangeList):
    """A list whose next page begins after its last row: the last page costs what the first does.

    The admin's ordering names the key: columns that are unique together, all in one direction.
    """

    previous = following = ""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (AFTER, BEFORE)}

    def get_ordering(self, request: HttpRequest, queryset: "QuerySet[Any]") -> list[Any]:
        return list(self.model_admin.get_ordering(request))

    def get_results(self, request: HttpRequest) -> None:
        order = self.get_ordering(request, self.queryset)
        backwards = BEFORE in request.GET
        cursor = read_cursor(self.model, order, request.GET.get(BEFORE if backwards else AFTER, ""))
        rows = self._rows(order, cursor, backwards and cursor is not None)
        self.result_list = rows
        # Of this page: the heading would else tell them as those of the whole list.
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)

    def _rows(self, order: list[str], cursor: list[Any] | None, backwards: bool) -> list[Any]:
        found = _page(self.queryset, order, cursor, self.list_per_page + 1, backwards)
        more, rows = len(found) > self.list_per_page, found[: self.list_per_page]
        if backwards:
            rows.reverse()
        if rows and (more or not backwards) and (cursor or backwards):
            self.previous = self._link(BEFORE, rows[0], order)
        if rows and (more or backwards):
            self.following = self._link(AFTER, rows[-1], order)
        return rows

    def _link(self, name: str, row: Model, order: Sequence[str]) -> str:
        query = QueryDict(mutable=True)
        for key, values in self.filter_params.items():
            if key not in (AFTER, BEFORE):
                query.setlist(key, values)
        query[name] = cursor_of(row, order)
        return f"?{query.urlencode()}"


def cursor_of(row: Model, order: Sequence[str]) -> str:
    """Where that row stands, to be handed to and fro."""
    return json.dumps([str(getattr(row, column.lstrip("-"))) for column in order])


def read_cursor(model: type[Model], order: Sequence[str], typed: str) -> list[Any] | None:
    """The values of a cursor; None for anything that cannot stand in those columns."""
    try:
        values = json.loads(typed)
        return [
            _field(model, column).to_python(_text(value))
            for column, value in zip(order, values, strict=True)
        ]
    except (ValueError, TypeError, ValidationError):
        return None


def _text(value: Any) -> str:
    """What a cursor is made of; JSON can also write what no column holds."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    value.encode()  # half of a pair of surrogates is no text
    return value


def _field(model: type[Model], column: str) -> Any:
    name = column.lstrip("-")
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def following(
    queryset: "QuerySet[Any]", order: Sequence[str], cursor: list[Any] | None, size: int
) -> list[Any]:
    """So many rows after the cursor; without one the first."""
    return _page(queryset, order, cursor, size, backwards=False)


def _page(
    queryset: "QuerySet[Any]", order: Sequence[str], cursor: list[Any] | None, size: int,
    backwards: bool,
) -> list[Any]:  # fmt: skip
    descending = order[0].startswith("-") != backwards
    columns = [column.lstrip("-") for column in order]
    if cursor is not None:
        queryset = queryset.filter(_beyond(columns, cursor, "lt" if descending else "gt"))
    sign = "-" if descending else ""
    return list(queryset.order_by(*(f"{sign}{column}" for column in columns))[:size])


def _beyond(columns: list[str], values: list[Any], compare: str) -> Q:
    """Behind a row. The first column alone is said again, for it is what an index can seek."""
    first, rest = columns[0], columns[1:]
    if not rest:
        return Q(**{f"{first}__{compare}": values[0]})
    tie = Q(**{first: values[0]}) & _beyond(rest, values[1:], compare)
    either = Q(**{f"{first}__{compare}": values[0]}) | tie
    return Q(**{f"{first}__{compare}e": values[0]}) & either
