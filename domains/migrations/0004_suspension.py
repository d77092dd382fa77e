"""Domains are suspended in steps; what was suspended before follows in mailboxes 0010."""

from django.db import migrations, models
from django.db.models.functions import Greatest

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
    dependencies = [("accounts", "0011_suspension"), ("domains", "0003_dkim_next")]

    operations = [
        migrations.AddField("domain", "provider_step", step()),
        migrations.AddField("domain", "provider_reason", reason()),
        migrations.AddField("domain", "reseller_step", step()),
        migrations.AddField("domain", "reseller_reason", reason()),
        migrations.AddField("domain", "suspension_above", step()),
        migrations.AddField(
            "domain",
            "suspension",
            highest("provider_step", "reseller_step", "suspension_above"),
        ),
        migrations.AlterField(
            "domain",
            "status",
            models.CharField(
                choices=[
                    ("pending", "Ownership not proved"),
                    ("active", "Active"),
                    ("removing", "Being removed"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            "domain",
            models.Index(
                condition=models.Q(("suspension__gt", 0)),
                fields=["account", "name"],
                name="domains_suspended",
            ),
        ),
        migrations.AddIndex(
            "domain",
            models.Index(
                condition=models.Q(("suspension__gt", 0)),
                fields=["suspension", "name", "id"],
                name="domains_by_step",
            ),
        ),
    ]
