"""What became of an attempt, and what follows from it for its channel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.models import NEXT_DUE, PAUSES, Alert, Attempt, Channel, Delivery
from notifications.services import raise_alert

GONE = 410
TWO_DAYS = sum(PAUSES, timedelta())
# Who was not reached is asked again after a quarter of the time that this has been so.
SHORTEST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=10)
# A receiver that takes longer than this rests for as long, and counts as one of the slow.
SLOW_SECONDS = 3
SENTENCE_LENGTH = 300


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one attempt ended; a webhook without a status was not reached."""

    delivered: bool
    seconds: float
    sentence: str
    status: int | None = None
    answer: str = ""

    @property
    def reached(self) -> bool:
        return self.delivered or self.status is not None


def record(channel: Channel, delivery_ids: Collection[int], result: Result) -> bool:
    """Keep one attempt for all of these; False: nothing more may be sent on the channel now.

    Whoever is killed before this sends the same again, under the same code.
    """
    pause = _pause(channel, result)
    rows = Delivery.objects.filter(pk__in=delivery_ids)
    with transaction.atomic():
        (_set_sent if result.delivered else _set_failed)(rows, result)
        goes_on = _note_on_channel(channel, result, pause)
        # Locked, so that none is deleted under its new attempt.
        ids = rows.select_for_update().order_by("pk").values_list("pk", flat=True)
        Attempt.objects.bulk_create([_attempt(pk, result) for pk in ids])
        if not result.delivered and _is_hopeless(channel, rows, result):
            _stop(channel, result)
            goes_on = False
    return goes_on and pause is None


def _pause(channel: Channel, result: Result) -> timedelta | None:
    """How long nothing is sent after this: between mails, and to whom is slow or away."""
    if result.delivered and channel.transport == Channel.Transport.EMAIL:
        return timedelta(hours=1) / settings.MAILS_PER_HOUR
    if not result.reached:
        failing = timezone.now() - (channel.failing_since or timezone.now())
        return min(max(failing / 4, SHORTEST_REST), LONGEST_REST)
    if result.seconds > SLOW_SECONDS:
        return timedelta(seconds=result.seconds)
    return None


def _note_on_channel(channel: Channel, result: Result, pause: timedelta | None) -> bool:
    """Its health, and that its worker is alive; False when another has it, or it was stopped."""
    health = {
        "failing_since": None if result.delivered else Coalesce("failing_since", Now()),
        "quiet_until": None if pause is None else Now() + pause,
    }
    if channel.still_held().update(claimed_at=Now(), **health):
        return True
    Channel.objects.filter(pk=channel.pk).update(**health)
    return False


def _attempt(delivery_id: int, result: Result) -> Attempt:
    return Attempt(
        delivery_id=delivery_id,
        status=result.status,
        milliseconds=round(result.seconds * 1000),
        answer=result.answer,
        error="" if result.reached else result.sentence[:SENTENCE_LENGTH],
    )


def _set_sent(rows: QuerySet[Delivery], result: Result) -> None:
    rows.update(
        due_at=None,
        sent_at=Now(),
        tried_at=Now(),
        attempt_count=F("attempt_count") + 1,
        outcome=result.sentence[:SENTENCE_LENGTH],
    )


def _set_failed(rows: QuerySet[Delivery], result: Result) -> None:
    sentence = Value(result.sentence[:SENTENCE_LENGTH])
    given_up = Value((_("Given up. %(last)s") % {"last": result.sentence})[:SENTENCE_LENGTH])
    goes_on = When(attempt_count__lt=len(PAUSES), then=sentence)
    # What was settled meanwhile, here or by hand, stays as it is.
    rows.filter(due_at__isnull=False).update(
        due_at=None if result.status == GONE else NEXT_DUE,
        tried_at=Now(),
        attempt_count=F("attempt_count") + 1,
        outcome=given_up if result.status == GONE else Case(goes_on, default=given_up),
    )


def _is_hopeless(channel: Channel, rows: QuerySet[Delivery], result: Result) -> bool:
    """A webhook that wants no more, or took nothing all the time while one delivery was tried."""
    if channel.transport != Channel.Transport.WEBHOOK:
        return False
    if result.status == GONE:
        return True
    given_up = rows.filter(due_at=None, sent_at=None)
    failing = Channel.objects.filter(pk=channel.pk, failing_since__lte=Now() - TWO_DAYS)
    return given_up.exists() and failing.exists()


def _stop(channel: Channel, result: Result) -> None:
    """Its other deliveries stay due: they go on when it is resumed."""
    state, reason = Channel.State.DISABLED, result.sentence
    if result.status != GONE:
        state = Channel.State.PAUSED
        reason = _("It has taken nothing for two days. %(last)s") % {"last": result.sentence}
    active = Channel.objects.filter(pk=channel.pk, state=Channel.State.ACTIVE)
    if active.update(state=state):
        raise_alert(
            account=channel.account,
            kind=Alert.Kind.CHANNEL_STOPPED,
            facts={"url": channel.host, "reason": reason},
            # A claim stops its channel once at most.
            dedup_key=f"channel_stopped:{channel.claim}",
        )
