"""The kinds of calls there are. An app names path, act and answer, and writes the rest."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import getdoc
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import parse_etags
from ninja import Router, Schema

from accounts.api import answers, repeats
from accounts.api.guard import FOR_CLIENT, Call, TokenGuard
from accounts.api.jobs import Job
from accounts.api.problems import REFERENCE, Changed, Problem
from accounts.http import anyone
from accounts.models import Account, Area
from accounts.models.tokens import ENTER_CLIENTS
from accounts.roles import Act

View = Callable[..., Any]
V = TypeVar("V", bound=View)
Respond = Callable[[Call, Callable[[], Any]], HttpResponse]
ALWAYS = (400, 401, 403, 404, 422, 429, 503)


def _header(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"in": "header", "name": name, "schema": schema, "description": description}


CLIENT = _header(
    FOR_CLIENT,
    f"A reseller's, with the scope {ENTER_CLIENTS}: the id of the client in whose account to work.",
)
KEY = _header(repeats.HEADER, "Sent again within 24 hours with this key, it is not done again.")
IF_MATCH = _header("If-Match", "The ETag of what was read: refused with 412 if it has changed.")


class Routes:
    """The calls of one area."""

    def __init__(self, area: Area | None, check: Callable[[Account], None] = anyone) -> None:
        self.area, self.check = area, check
        self.router = Router()

    def show(self, path: str, act: Act, out: type[Schema]) -> Callable[[V], V]:
        """One thing, with its ETag."""
        return self._add("GET", path, act, {200: out}, _one(200))

    def list(self, path: str, act: Act, out: type[Schema]) -> Callable[[V], V]:
        """A page of rows; the way to the next is in the header Link."""

        def respond(call: Call, view: Callable[[], Any]) -> HttpResponse:
            return answers.several(call, view())

        return self._add("GET", path, act, {200: list[out]}, respond)  # type: ignore[valid-type]

    def create(self, path: str, act: Act, out: type[Schema]) -> Callable[[V], V]:
        """Something new, with its address; once for each Idempotency-Key."""

        def respond(call: Call, view: Callable[[], Any]) -> HttpResponse:
            return repeats.once(call, lambda: _created(call, view()))

        return self._add("POST", path, act, {201: out}, respond, [KEY])

    def change(
        self, method: str, path: str, act: Act, out: type[Schema], *, shown: View,
        rows: Callable[..., "QuerySet[Any]"],
    ) -> Callable[[V], V]:  # fmt: skip
        """The thing that SHOWN shows, and ROWS lock, unless it is not any more as was seen."""

        def respond(call: Call, view: Callable[[], Any]) -> HttpResponse:
            return answers.one(call, _unless_changed(call, view, shown, rows))

        return self._add(method, path, act, {200: out, 412: Problem}, respond, [IF_MATCH])

    def remove(
        self, path: str, act: Act, *, shown: View, rows: Callable[..., "QuerySet[Any]"]
    ) -> Callable[[V], V]:
        """Gone when it answers."""

        def respond(call: Call, view: Callable[[], Any]) -> HttpResponse:
            _unless_changed(call, view, shown, rows)
            return HttpResponse(status=204)

        return self._add("DELETE", path, act, {204: None, 412: Problem}, respond, [IF_MATCH])

    def do(self, path: str, act: Act, out: type[Schema]) -> Callable[[V], V]:
        """An act that is done when it answers, with how the thing is then."""
        return self._add("POST", path, act, {200: out}, _one(200))

    def start(
        self, method: str, path: str, act: Act, out: type[Schema] = Job, at: str = "jobs",
        *, creates: bool = False,
    ) -> Callable[[V], V]:  # fmt: skip
        """An act that goes on after the answer, which says AT which address its state is.

        One that CREATES what it goes on with is done once for each Idempotency-Key.
        """

        def respond(call: Call, view: Callable[[], Any]) -> HttpResponse:
            if creates:
                return repeats.once(call, lambda: _begun(call, view(), at))
            return _begun(call, view(), at)

        return self._add(method, path, act, {202: out}, respond, [KEY] if creates else ())

    def _add(
        self, method: str, path: str, act: Act, outs: dict[int, Any], respond: Respond,
        headers: Sequence[dict[str, Any]] = (),
    ) -> Callable[[V], V]:  # fmt: skip
        guard = TokenGuard(act, self.area, method != "GET", self.check)

        def decorate(view: V) -> V:
            @wraps(view)
            def answered(request: Call, **kwargs: Any) -> HttpResponse:
                return respond(request, lambda: view(request, **kwargs))

            summary, _end, more = (getdoc(view) or view.__name__).partition("\n")
            self.router.add_api_operation(
                path, [method], answered, auth=guard, operation_id=view.__name__,
                response={**outs, **dict.fromkeys(ALWAYS, Problem)},
                tags=[self.area.value if self.area else "jobs"],
                summary=summary.rstrip("."), description=more.strip(),
                openapi_extra={"parameters": [CLIENT, *headers], "x-scope": guard.scope},
            )  # fmt: skip
            return view

        return decorate


def _one(status: int) -> Respond:
    return lambda call, view: answers.one(call, view(), status)


def _created(call: Call, thing: Any) -> HttpResponse:
    response = answers.one(call, thing, 201)
    if hasattr(thing, "id"):
        response["Location"] = f"{call.path}/{thing.id}"
    return response


def _begun(call: Call, work: Any, at: str) -> HttpResponse:
    response = answers.one(call, work, 202)
    response["Location"] = f"{REFERENCE}{at}/{work.id}"
    return response


def _unless_changed(
    call: Call, view: Callable[[], Any], shown: View, rows: Callable[..., "QuerySet[Any]"]
) -> Any:
    """What the view does; Changed when If-Match names another state than the present one."""
    wanted = call.headers.get("If-Match")
    if wanted is None:
        return view()
    found = call.resolver_match.kwargs if call.resolver_match else {}
    ids = {name: UUID(value) for name, value in found.items()}
    with transaction.atomic():
        # The reseller's row, then the account's, as everywhere; then nobody changes the thing.
        for pk in filter(None, [call.account.reseller_id, call.account.pk]):
            Account.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        rows(**ids).select_for_update(of=("self",), no_key=True).first()
        if not answers.matches(shown(call, **ids), parse_etags(wanted)):
            raise Changed
        return view()
