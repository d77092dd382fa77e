"""A reseller's webhooks in a client's account go when the client leaves."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

LEFT_WEBHOOKS = (Path(__file__).parent.parent / "left_webhooks.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_being_removed"),
        ("notifications", "0017_host_left"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="reseller",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.RunSQL(
            LEFT_WEBHOOKS,
            "DROP TRIGGER end_left_webhooks ON accounts_account;"
            "DROP FUNCTION notifications_end_left_webhooks()",
        ),
    ]
