"""Deliveries of several channels are read as one list: their indexes have one direction."""

from django.db import migrations, models
from django.db.models import Q

SENT = Q(due_at=None, sent_at__isnull=False)
FAILED = Q(due_at=None, sent_at=None)


def by_age(name, condition=None):
    index = models.Index(name=name, fields=["channel", "id"], condition=condition)
    return migrations.AddIndex("delivery", index)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_lists")]
    operations = [
        migrations.RemoveIndex("delivery", "deliveries_of_channel"),
        migrations.RemoveIndex("delivery", "deliveries_sent"),
        migrations.RemoveIndex("delivery", "deliveries_failed"),
        by_age("deliveries_by_age"),
        by_age("deliveries_sent_by_age", SENT),
        by_age("deliveries_failed_by_age", FAILED),
    ]
