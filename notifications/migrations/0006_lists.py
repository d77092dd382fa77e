"""Lists of notices and of deliveries stay fast, whatever they are filtered by."""

from django.db import migrations, models
from django.db.models import Q

KINDS = """
    UPDATE notifications_notice AS notice SET kind = alert.kind
      FROM notifications_alert AS alert WHERE alert.id = notice.alert_id
"""
UNREAD = Q(read_at=None)
SENT = Q(due_at=None, sent_at__isnull=False)
FAILED = Q(due_at=None, sent_at=None)


def index(name, *fields, condition=None):
    return models.Index(name=name, fields=fields, condition=condition)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_sending")]
    operations = [
        migrations.RemoveIndex("notice", "unread_notices"),
        migrations.RemoveIndex("notice", "notices_of_channel"),
        migrations.AddField(
            "notice", "kind", models.CharField(max_length=30, default=""), preserve_default=False
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        migrations.AddIndex("notice", index("notices_of_kind", "channel", "kind", "alert")),
        migrations.AddIndex(
            "notice", index("notices_unread", "channel", "alert", condition=UNREAD)
        ),
        migrations.AddIndex(
            "notice",
            index("notices_unread_of_kind", "channel", "kind", "alert", condition=UNREAD),
        ),
        migrations.AddIndex("delivery", index("deliveries_sent", "channel", "-id", condition=SENT)),
        migrations.AddIndex(
            "delivery", index("deliveries_failed", "channel", "-id", condition=FAILED)
        ),
    ]
