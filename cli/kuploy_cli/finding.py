"""From what people type to rows: a name, an address or an id."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from kuploy_cli.api import Api, Row
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.settings import Settings

# What begins with the words searched for comes first, and the exact name before all of these.
ENOUGH = 20


def opened(kept: Settings, named: str | None, tell: Callable[[str], None], **limits: Any) -> Api:
    """The API in the account where to work: the client's that was named, else the token's own."""
    api = Api(kept, tell, **limits)
    if wanted := named or kept.client:
        api.client = client(api, wanted)["id"]
    return api


def domain(api: Api, typed: str) -> Row:
    found = _searched(api, "/domains", typed)
    return _only(found, typed, ("name", "unicode_name"), "domain")


def mailbox(api: Api, typed: str) -> Row:
    return _only(_searched(api, "/mailboxes", typed), typed, ("address",), "mailbox")


def alias(api: Api, typed: str) -> Row:
    return _only(_searched(api, "/aliases", typed), typed, ("address",), "alias")


def client(api: Api, typed: str) -> Row:
    """Looked for in the reseller's own account, where clients are."""
    return _only(_searched(api, "/clients", typed), typed, ("name",), "client")


def plan(api: Api, typed: str) -> Row:
    found = [api.get(f"/plans/{typed}")] if _is_id(typed) else _all(api, "/plans")
    return _only(found, typed, ("name",), "plan")


def webhook(api: Api, typed: str) -> Row:
    found = [api.get(f"/webhooks/{typed}")] if _is_id(typed) else api.get("/webhooks")
    return _only(found, typed, ("url",), "webhook")


def member(api: Api, typed: str) -> Row:
    found = [api.get(f"/members/{typed}")] if _is_id(typed) else _all(api, "/members")
    return _only(found, typed, ("email",), "member")


def invitation(api: Api, typed: str) -> Row:
    found = [api.get(f"/invitations/{typed}")] if _is_id(typed) else _all(api, "/invitations")
    return _only(found, typed, ("email",), "invitation")


def _searched(api: Api, path: str, typed: str) -> list[Row]:
    if _is_id(typed):
        return [api.get(f"{path}/{typed}")]
    found: list[Row] = api.get(path, q=typed, limit=ENOUGH)
    return found


def _all(api: Api, path: str) -> Iterator[Row]:
    for page in api.pages(path):
        yield from page


def _is_id(typed: str) -> bool:
    try:
        return str(UUID(typed)) == typed.lower()
    except ValueError:
        return False


def _only(found: list[Row] | Iterator[Row], typed: str, keys: tuple[str, ...], noun: str) -> Row:
    """The one with that name or id; names of clients and plans need not be the only ones."""
    wanted = typed.casefold()
    same = [row for row in found if wanted in {str(row[key]).casefold() for key in ("id", *keys)}]
    if not same:
        raise Failure(f"There is no {noun} “{typed}” here.", Exit.NOT_FOUND)
    if len(same) > 1:
        ids = ", ".join(row["id"] for row in same)
        raise Failure(f"More than one {noun} is called “{typed}”. Type an id: {ids}", Exit.REFUSED)
    return same[0]
