"""Accounts are suspended in steps, by the provider or by their reseller."""

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
    dependencies = [("accounts", "0010_api_tokens")]

    operations = [
        migrations.AddField("account", "provider_step", step()),
        migrations.AddField("account", "provider_reason", reason()),
        migrations.AddField("account", "reseller_step", step()),
        migrations.AddField("account", "reseller_reason", reason()),
        migrations.AddField("account", "suspension", highest("provider_step", "reseller_step")),
        migrations.AddIndex(
            "account",
            models.Index(
                condition=models.Q(("suspension__gt", 0)),
                fields=["suspension", "slug"],
                name="accounts_by_step",
            ),
        ),
    ]
