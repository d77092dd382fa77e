from celery import shared_task

from kuploy import mail
from kuploy.errors import Unavailable
from notifications.models import Delivery

SWEEP_AT_MOST = 500
NUDGE_LASTS_SECONDS = 10


@shared_task
def deliver(delivery_id: int) -> None:
    """Try one delivery once. Safe twice: only the run that claims the row sends."""
    delivery = Delivery.objects.claim(delivery_id)
    if delivery is None:
        return
    try:
        mail.send("alert", delivery.address, {"alert": delivery.alert})
    except Unavailable as error:
        delivery.failed(str(error))
    else:
        delivery.succeeded()


@shared_task
def sweep_deliveries() -> None:
    """Queue what is due: retries, and what a lost message left behind."""
    due = Delivery.objects.due().order_by("due_at").values_list("pk", flat=True)
    for pk in due[:SWEEP_AT_MOST]:
        # Expires, so that nudges do not pile up while no worker runs.
        deliver.apply_async((pk,), expires=NUDGE_LASTS_SECONDS)
