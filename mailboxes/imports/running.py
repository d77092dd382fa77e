"""Good rows become what they say: a few at a time, each exactly once."""

from collections.abc import Sequence
from itertools import accumulate
from time import monotonic

from cryptography.fernet import InvalidToken
from django.utils.translation import gettext as _

from accounts.features import Feature, includes, left_out
from accounts.models import Account
from mailboxes import blocking, hashes
from mailboxes.imports import rows, secrets
from mailboxes.imports.kinds import MAKERS, Place, Row, to_do
from mailboxes.imports.models import ImportJob, ImportRow, Kind
from mailboxes.imports.steps import Status, close, give_up, holding, tell

# The account is locked for as long as these take to be stored.
ROWS_AT_ONCE = 500
# What takes long is done for fewer at once, a second or two of work.
HASHES_AT_ONCE, KEYS_AT_ONCE = 100, 20


def advance(job: ImportJob, until: float) -> bool:
    """Make further rows until that time; False when none is left."""
    while stored := _next(job):
        if problem := _make(job, stored):
            with holding(job):
                give_up(job, problem)
            return False
        if monotonic() > until:
            return True
    with holding(job):
        _finish(job)
    return False


def _next(job: ImportJob) -> list[ImportRow]:
    waiting = job.rows.filter(state__in=ImportRow.TO_DO).order_by("line")
    with_keys = job.kind in (Kind.DOMAIN, Kind.ALIAS_DOMAIN)
    return list(waiting[: KEYS_AT_ONCE if with_keys else ROWS_AT_ONCE])


def _make(job: ImportJob, stored: Sequence[ImportRow]) -> str:
    """The reason why the job cannot go on; empty when it can."""
    maker = MAKERS[job.kind]
    try:
        batch = _few([_row(job, each) for each in stored])
    except InvalidToken:
        return _("The key that the passwords were encrypted with is gone. Upload the file again.")
    for row in batch:
        maker.clean(row, Place(job, job.account))
    # Compared before as well, so that nothing is hashed in vain.
    maker.compare(batch, Place(job, job.account))
    maker.prepare(to_do(batch))
    with holding(job):
        place = Place(job, blocking.hold(job.account))
        if problem := _not_any_more(place.account):
            return problem
        maker.compare(batch, place)
        maker.make(to_do(batch), place, rows.places(place.account, maker.COUNTS))
        rows.settle(job, batch)
    return ""


def _row(job: ImportJob, stored: ImportRow) -> Row:
    secret = secrets.unseal(job.account_id, stored.secret_encrypted)
    return Row(stored.line, stored.cells, secret, stored.key)


def _few(batch: list[Row]) -> list[Row]:
    """As many as hold so many plain passwords."""
    plain = accumulate(bool(row.secret) and not hashes.is_hash(row.secret) for row in batch)
    return [row for row, sum_ in zip(batch, plain, strict=True) if sum_ <= HASHES_AT_ONCE]


def _not_any_more(account: Account) -> str:
    needed = (Feature.HOSTING, Feature.IMPORTS)
    return next(
        (left_out(account, each) for each in needed if not includes(account.plan, each)), ""
    )


def _finish(job: ImportJob) -> None:
    numbers = job.numbers()
    close(job, Status.DONE_WITH_SKIPPED if numbers.skipped else Status.DONE)
    tell(job)
