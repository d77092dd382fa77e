"""Mailboxes are suspended in steps, and the mail servers are told what is left to each."""

from pathlib import Path

from django.db import migrations, models
from django.db.models.functions import Greatest

APP = Path(__file__).parent.parent
STEPS = [
    (0, "Not suspended"),
    (10, "Cannot send"),
    (20, "Cannot sign in"),
    (30, "Receives nothing"),
]


def step() -> models.Field:
    return models.PositiveSmallIntegerField(choices=STEPS, db_default=0, default=0, editable=False)


def reason() -> models.Field:
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=300)


def highest(*columns: str) -> models.Field:
    return models.GeneratedField(
        db_persist=True,
        expression=Greatest(*columns),
        output_field=models.PositiveSmallIntegerField(choices=STEPS),
    )


class Migration(migrations.Migration):
    dependencies = [("domains", "0004_suspension"), ("mailboxes", "0007_sign_ins")]

    operations = [
        migrations.AddField("alias", "suspension_above", step()),
        migrations.AddField("mailbox", "suspension_above", step()),
        migrations.AddField("mailbox", "provider_step", step()),
        migrations.AddField("mailbox", "provider_reason", reason()),
        migrations.AddField("mailbox", "reseller_step", step()),
        migrations.AddField("mailbox", "reseller_reason", reason()),
        migrations.AddField(
            "mailbox",
            "suspension",
            highest("provider_step", "reseller_step", "suspension_above"),
        ),
        migrations.AddIndex(
            "mailbox",
            models.Index(
                condition=models.Q(("suspension__gt", 0)),
                fields=["account", "address"],
                name="mailboxes_suspended",
            ),
        ),
        migrations.AddIndex(
            "mailbox",
            models.Index(
                condition=models.Q(("suspension__gt", 0)),
                fields=["suspension", "address"],
                name="mailboxes_by_step",
            ),
        ),
        migrations.RunSQL((APP / "derived.sql").read_text()),
    ]
