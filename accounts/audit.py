"""Who acts, and the record of it."""

from dataclasses import dataclass
from typing import Self

from django.db import models

from accounts.models import Account, AuditEvent, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which account, from where: a person, or a mailbox's own user.

    RESELLER names the account whose person it is, in a client's account; TOKEN the program that
    acts for the person.
    """

    account: Account | None
    user: User | None = None
    ip: str | None = None
    mailbox: str = ""
    reseller: str = ""
    token: str = ""

    @classmethod
    def system(cls, account: Account) -> Self:
        return cls(account)

    @property
    def name(self) -> str:
        return self.user.email if self.user else self.mailbox or "Kuploy"


def audit(actor: Actor, action: str, subject: models.Model, **details: object) -> None:
    """Write down the act; call it inside the transaction that does it."""
    AuditEvent.objects.create(
        account=actor.account,
        actor=actor.user,
        actor_name=actor.name,
        reseller_name=actor.reseller,
        token_name=actor.token,
        action=action,
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_name=str(subject)[:320],
        details=details,
        ip=actor.ip,
    )
