from celery import shared_task


@shared_task
def send(channel_id: str) -> None:
    """Send what is due on a channel."""
