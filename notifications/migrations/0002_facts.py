"""Alerts keep facts instead of finished sentences; the old ones are found again by their key."""

from django.db import migrations, models
from django.db.models.functions import Now

OLD_ALERTS = """
    UPDATE notifications_alert AS alert
       SET domain_id = domain.id,
           facts = jsonb_build_object('domain', domain.name, 'domain_code', domain.id)
      FROM domains_domain AS domain
     WHERE split_part(alert.dedup_key, ':', 2) = domain.id::text;
    DELETE FROM notifications_alert WHERE domain_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("domains", "0001_initial")]
    operations = [
        migrations.DeleteModel("Delivery"),
        migrations.AddField("alert", "facts", models.JSONField(default=dict)),
        migrations.AddField("alert", "domain_id", models.UUIDField(null=True)),
        migrations.AlterField("alert", "created_at", models.DateTimeField(db_default=Now())),
        migrations.RunSQL(OLD_ALERTS),
        migrations.RemoveField("alert", "title"),
        migrations.RemoveField("alert", "body"),
    ]
