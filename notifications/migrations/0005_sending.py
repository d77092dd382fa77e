"""Which worker holds a channel, and when a delivery was last tried."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_seats")]
    operations = [
        migrations.AddField("channel", "claim", models.UUIDField(editable=False, null=True)),
        migrations.AddField("delivery", "tried_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "channel",
            models.Index(
                fields=["claimed_at"], condition=Q(claimed_at__isnull=False), name="channels_held"
            ),
        ),
    ]
