"""What was invoiced, kept for ever, and what a month of it comes to."""

from pathlib import Path

from django.db import migrations, models

SNAPSHOTS = (Path(__file__).parent.parent / "billing" / "snapshots.sql").read_text()


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("account_id", models.UUIDField()),
                ("account_name", models.CharField(max_length=120)),
                ("account_slug", models.CharField(max_length=60)),
                ("reseller_id", models.UUIDField(null=True)),
                ("reseller_name", models.CharField(max_length=120)),
                ("payer_slug", models.CharField(max_length=60)),
                ("plan_name", models.CharField(max_length=80)),
                ("band_gb", models.IntegerField()),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("reseller_price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("mailbox_days", models.BigIntegerField()),
                ("empty_domain_days", models.BigIntegerField()),
                ("highest", models.IntegerField()),
                ("last", models.IntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "reseller_amount",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True),
                ),
            ],
            options={
                "db_table": "plans_line",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("month", models.DateField(help_text="Its first day.")),
                ("account_id", models.UUIDField()),
                ("account_name", models.CharField(max_length=120)),
                ("account_slug", models.CharField(db_collation="C", max_length=60)),
                ("reseller_id", models.UUIDField(null=True)),
                ("reseller_name", models.CharField(blank=True, max_length=120)),
                ("payer_slug", models.CharField(db_collation="C", max_length=60)),
                ("plan_name", models.CharField(max_length=80)),
                ("band_gb", models.IntegerField()),
                ("mailboxes", models.IntegerField()),
                ("empty_domains", models.IntegerField()),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("reseller_price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("reseller_id__isnull", False)),
                        fields=["reseller_id", "month", "account_slug"],
                        name="snapshots_of_reseller",
                    ),
                    models.Index(fields=["month", "payer_slug"], name="snapshots_of_payers"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "account_id", "band_gb"),
                        name="one_snapshot_per_day_and_band",
                    )
                ],
            },
        ),
        migrations.RunSQL(SNAPSHOTS),
    ]
