"""Acts on many rows: in steps that end in time, and with the names of those that were refused."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.base import LeanAdmin
from accounts.admin.paging import cursor_of, following, read_cursor
from accounts.audit import Actor
from kuploy.errors import Refused

# One step: whichever is reached first. Then the page says what was done and offers to go on.
ROWS, SECONDS = 500, 5.0
REFUSED_BY_NAME = 20
NAMES_SHOWN = 10

Do = Callable[..., None]
Action = Callable[[LeanAdmin, HttpRequest, "QuerySet[Any]"], HttpResponse | None]


@dataclass(slots=True)
class Outcome:
    """What has been done so far, over all steps."""

    done: int = 0
    refused: int = 0
    names: list[str] = field(default_factory=list)

    def refuse(self, row: Model, why: str) -> None:
        self.refused += 1
        if len(self.names) < REFUSED_BY_NAME:
            self.names.append(f"{row}: {why}")

    @property
    def sentence(self) -> str:
        return ngettext("Done for %(count)d.", "Done for %(count)d.", self.done) % {
            "count": self.done
        }

    @property
    def not_named(self) -> int:
        return self.refused - len(self.names)

    def dumps(self) -> str:
        return json.dumps([self.done, self.refused])

    @classmethod
    def loads(cls, typed: str) -> "Outcome":
        try:
            done, refused = (int(number) for number in json.loads(typed))
        except (ValueError, TypeError):
            return cls()
        return cls(done, refused)


@dataclass(frozen=True, slots=True)
class Many:
    """One act on the rows that were chosen: on a screenful at once, on more after asking."""

    name: str
    label: Any
    # Gets the row, the actor, and what was typed into the form.
    do: Do
    form: type[forms.Form] = forms.Form
    # What cannot be taken back is asked for once more, also for a single row.
    final: bool = False

    def __call__(
        self, model_admin: LeanAdmin, request: HttpRequest, rows: "QuerySet[Any]"
    ) -> HttpResponse | None:
        everywhere = request.POST.get("select_across") == "1"
        asks = self.final or everywhere or bool(self.form.base_fields)
        form = self.form(request.POST if "go" in request.POST else None)
        if asks and not ("go" in request.POST and form.is_valid()):
            return self._page(model_admin, request, rows, form, Outcome(), "")
        choices = form.cleaned_data if asks else {}
        outcome, cursor = self._step(model_admin, request, rows, choices)
        if cursor:
            return self._page(model_admin, request, rows, form, outcome, cursor)
        self._say(request, outcome)
        return None

    def _step(
        self, model_admin: LeanAdmin, request: HttpRequest, rows: "QuerySet[Any]", choices: Any
    ) -> tuple[Outcome, str]:
        """Do it for the next rows; where to go on, empty when all are done."""
        order = list(model_admin.get_ordering(request))
        begin = read_cursor(model_admin.model, order, request.POST.get("cursor", ""))
        outcome = Outcome.loads(request.POST.get("so_far", ""))
        ends = time.monotonic() + SECONDS
        found = following(rows, order, begin, ROWS + 1)
        for row in found[:ROWS]:
            self._one(row, model_admin.actor_for(request, row), outcome, choices)
            if row is not found[-1] and time.monotonic() > ends:
                return outcome, cursor_of(row, order)
        if len(found) > ROWS:
            return outcome, cursor_of(found[ROWS - 1], order)
        return outcome, ""

    def _one(self, row: Model, actor: Actor, outcome: Outcome, choices: Any) -> None:
        try:
            self.do(row, actor, **choices)
        except Refused as error:
            outcome.refuse(row, str(error))
        else:
            outcome.done += 1

    def _say(self, request: HttpRequest, outcome: Outcome) -> None:
        for name in outcome.names:
            messages.warning(request, name)
        if outcome.not_named:
            messages.warning(
                request, _("And %(count)d more were refused.") % {"count": outcome.not_named}
            )
        messages.info(request, outcome.sentence)

    def _page(
        self, model_admin: LeanAdmin, request: HttpRequest, rows: "QuerySet[Any]",
        form: forms.Form, outcome: Outcome, cursor: str,
    ) -> HttpResponse:  # fmt: skip
        order = model_admin.get_ordering(request)
        first = following(rows, order, read_cursor(model_admin.model, order, cursor), NAMES_SHOWN)
        context = {
            **model_admin.admin_site.each_context(request),
            "title": self.label, "opts": model_admin.opts, "act_name": self.name, "form": form,
            "outcome": outcome, "cursor": cursor, "first": first,
            "everything": request.POST.get("select_across") == "1",
            "chosen": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "media": model_admin.media + form.media, "list_url": request.get_full_path(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/many.html", context)


def many(*acts: Many) -> list[Action]:
    """As entries of a ModelAdmin's `actions`; they need the right to change such rows."""
    return [_entry(act) for act in acts]


def _entry(act: Many) -> Action:
    def entry(
        model_admin: LeanAdmin, request: HttpRequest, rows: "QuerySet[Any]"
    ) -> HttpResponse | None:
        return act(model_admin, request, rows)

    entry.__name__ = act.name
    return admin.action(permissions=["operate"], description=act.label)(entry)
