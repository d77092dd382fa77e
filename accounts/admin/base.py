"""What every page of the admin is made of: it stays fast, and changes nothing by itself."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet, UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from accounts.admin.paging import KeysetChangeList, PeekingPaginator
from accounts.audit import Actor
from accounts.models import Account, User

# An index of trigrams knows nothing shorter.
SHORTEST_PART = 3
BY_ACCOUNT = ("account", AutocompleteSelectFilter)


class LateFilter(admin.SimpleListFilter):
    """What nobody does though it has been due for long: see late() of the rows."""

    title = _("waiting")
    parameter_name = "late"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("For long"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.late() if self.value() else queryset


def by_choice(field: str) -> tuple[str, type]:
    return field, ChoicesDropdownFilter


def actor_of(request: HttpRequest, account: Account | None) -> Actor:
    assert isinstance(request.user, User)  # noqa: S101  (the admin lets in nobody else)
    return Actor(account, request.user, get_adapter().get_client_ip(request))


def links(entries: Iterable[tuple[Any, str]]) -> str:
    """Words with the lists behind them, in one line."""
    return format_html_join(
        " · ", '<a class="underline" href="{}">{}</a>', ((url, words) for words, url in entries)
    )


def holding(column: str, term: str, *, ignoring_case: bool = False) -> Q:
    """Rows with the term in that column; one too short for the index must stand in front."""
    where = "contains" if len(term) >= SHORTEST_PART else "startswith"
    return Q(**{f"{column}__{'i' * ignoring_case}{where}": term})


class LeanAdmin(ModelAdmin):  # type: ignore[misc]
    """Costs the same with a million rows: nothing is counted, sorted or listed whole.

    `ordering` names columns with an index, unique together; by them the list is paged.
    """

    paginator = PeekingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    list_filter_submit = True
    ordering: tuple[str, ...] = ("-pk",)
    # Further lookups that links of our own pages make.
    links_here: tuple[str, ...] = ()
    change_form_outer_before_template = "admin/acts.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """What find() says, or the row with that id."""
        term = search_term.strip()
        if not (term and self.search_fields):
            return queryset, False
        pk = as_id(term) if isinstance(self.opts.pk, UUIDField) else None
        return queryset.filter(Q(pk=pk) if pk else self.find(term)), False

    def find(self, term: str) -> Q:
        """The condition for what was typed, answered by an index."""
        raise NotImplementedError

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By what the lists offer alone: any column else could be guessed piece by piece."""
        return lookup in {f"{self.opts.pk.name}__exact", *self.links_here, *self._filters()}

    def _filters(self) -> Iterator[str]:
        for entry in self.list_filter:
            if isinstance(entry, tuple):
                yield from (f"{entry[0]}__exact", f"{entry[0]}__id__exact")
            else:
                yield entry.parameter_name

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Acts need the right to change, also where no field can be edited."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def actor_for(self, request: HttpRequest, row: Any) -> Actor:
        """Who acts on that row, in the account that the record of it belongs to."""
        return actor_of(request, getattr(row, "account", None))

    def response_action(
        self, request: HttpRequest, queryset: "QuerySet[Any]"
    ) -> HttpResponse | None:
        try:
            for typed in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(typed)
        except ValidationError as error:
            raise BadRequest("not an id") from error
        found: HttpResponse | None = super().response_action(request, queryset)
        return found

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """With the acts of the list as buttons, and the lists that belong to this row."""
        extra = extra_context or {}
        if object_id:
            acts = [(name, label) for _func, name, label in self.get_actions(request).values()]
            here = urlencode({f"{self.opts.pk.name}__exact": object_id})
            extra |= {"acts": acts, "act_url": f"{self._list_url()}?{here}", "act_on": object_id}
        return super().changeform_view(request, object_id, form_url, extra)

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def history_view(self, request: HttpRequest, object_id: str, **_context: Any) -> HttpResponse:
        """The record of acts has more to tell than the admin's own log: who else did what."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        query = urlencode({"q": found}) if found else ""
        return redirect(f"{reverse('admin:accounts_auditevent_changelist')}?{query}")

    def log_addition(self, *_args: Any) -> None:
        """Services write down what is done."""

    def log_change(self, *_args: Any) -> None:
        """Services write down what is done."""

    def log_deletion(self, *_args: Any) -> None:
        """Services write down what is done."""

    def log_deletions(self, *_args: Any) -> None:
        """Services write down what is done."""


def as_id(term: str) -> UUID | None:
    try:
        return UUID(term) if len(term) >= 32 else None
    except ValueError:
        return None


class ReadOnlyAdmin(LeanAdmin):
    """To look at; acts on many rows go through services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
