"""Moving an account to another plan: what it means, said before and judged again in the act."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Case, PositiveIntegerField, QuerySet, When
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account, Plan
from accounts.room import Countable
from kuploy.errors import Refused
from mailboxes import blocking
from mailboxes.models import Mailbox
from plans.billing.counting import Cost, monthly_cost
from plans.fitting import Finding, Kind, findings, rooms_in
from quotas.limits import Room, message_cap

# Nobody deletes the plan until the account has it.
KEEP = "SELECT FROM accounts_plan WHERE id = %s FOR KEY SHARE"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would mean, as of now."""

    account: Account
    plan: Plan
    rooms: dict[Countable, Room]
    findings: list[Finding]
    cost_before: Cost
    cost_after: Cost

    def of(self, kind: Kind) -> list[Finding]:
        return [each for each in self.findings if each.kind == kind]

    @property
    def first(self) -> list[Finding]:
        """What has to be put right before."""
        return self.of(Kind.FIRST)

    @property
    def blockable(self) -> list[Finding]:
        """What is in the way unless the excess is to be blocked."""
        return self.of(Kind.BLOCK)

    @property
    def kept(self) -> list[Finding]:
        return self.of(Kind.KEPT)

    @property
    def shares(self) -> list[tuple[str, Room]]:
        """By the name of what is counted."""
        names = {
            Countable.DOMAIN: _("Domains"),
            Countable.MAILBOX: _("Mailboxes"),
            Countable.ALIAS: _("Aliases"),
        }
        return [(names[what], room) for what, room in self.rooms.items()]

    @property
    def fits(self) -> bool:
        return not (self.first or self.blockable)


class DoesNotFit(Refused):
    """The account uses more than the plan holds; the preview says what."""

    def __init__(self, found: Preview) -> None:
        self.preview = found
        too_much = [*found.first, *found.blockable]
        said = [f"{each.sentence} {each.advice}" for each in too_much]
        opening = _("%(account)s does not fit into %(plan)s.")
        names = {"account": found.account, "plan": found.plan}
        super().__init__(" ".join([opening % names, *said]))


def preview(account: Account, plan: Plan) -> Preview:
    """What fits and what does not. For a reseller the plan is the pool, with its clients."""
    return Preview(
        account,
        plan,
        rooms_in(account, plan),
        findings(account, plan),
        cost_before=monthly_cost(account, account.plan),
        cost_after=monthly_cost(account, plan),
    )


@transaction.atomic
def move(*, account: Account, plan: Plan, block_excess: bool, actor: Actor) -> None:
    """Give the account that plan; what does not fit is refused with the list of it.

    With BLOCK_EXCESS the newest mailboxes beyond it are blocked; everything else that is too much
    has to be put right before. ACTOR acts in the account that is moved.
    """
    held = blocking.hold(account)
    before, offered = held.plan, _still_offered(held, plan)
    found = preview(held, offered)
    if found.first or (found.blockable and not block_excess):
        raise DoesNotFit(found)
    held.plan = offered
    held.save(update_fields=["plan"])
    audit(actor, "account.plan_changed", held, before=before.name, after=offered.name)
    follow_message_cap(Mailbox.objects.filter(account=held), offered)
    if block_excess:
        blocking.block_excess(account=held, actor=actor)
    blocking.bring_back_by_itself(held)
    account.plan = offered


def _still_offered(account: Account, plan: Plan) -> Plan:
    if account.plan_id == plan.pk:
        raise Refused(_("%(account)s has this plan already.") % {"account": account})
    return hold_offered(account.reseller, plan)


def hold_offered(seller: Account | None, plan: Plan) -> Plan:
    """The plan as it is now, kept until commit; refused when it is not on offer any more."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [plan.pk])
    offered = Plan.objects.offered_by(seller).filter(pk=plan.pk).first()
    if offered is None:
        raise Refused(
            _("The plan %(plan)s is not on offer any more. Choose another.") % {"plan": plan}
        )
    return offered


def follow_message_cap(mailboxes: "QuerySet[Mailbox]", plan: Plan) -> None:
    """The most messages that the plan allows: its own figure, or what belongs to each size."""
    counted = mailboxes.filter(counted=True)  # the postmaster's is fixed
    sizes = counted.order_by().values_list("quota_bytes", flat=True).distinct()
    caps = {size: message_cap(size, plan.message_cap) for size in sizes}
    cases = [When(quota_bytes=size, then=cap) for size, cap in caps.items()]
    wanted = Case(*cases, output_field=PositiveIntegerField())
    counted.filter(quota_bytes__in=caps).exclude(quota_messages=wanted).update(
        quota_messages=wanted
    )
