"""One point a day of what each mailbox held; those that fill up, in the order of their addresses."""

from pathlib import Path

from django.db import migrations, models

FILLING = (Path(__file__).parent.parent / "filling.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("quotas", "0003_settlement"),
        ("mailboxes", "0003_host_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="Filling",
            fields=[
                ("mailbox_id", models.UUIDField(primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("domain_id", models.UUIDField()),
                ("address", models.CharField(max_length=320)),
                ("state", models.CharField(max_length=10)),
                ("level", models.SmallIntegerField()),
                ("percent", models.BigIntegerField()),
            ],
            options={"db_table": "quotas_filling", "managed": False},
        ),
        migrations.CreateModel(
            name="Point",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mailbox_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("mailbox_id", models.UUIDField()),
                ("day", models.DateField(db_index=True)),
                ("bytes", models.BigIntegerField()),
                ("messages", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="level",
            name="address",
            field=models.CharField(db_collation="C", db_default="", max_length=320),
        ),
        migrations.RemoveIndex(model_name="level", name="levels_raised"),
        migrations.RunSQL(FILLING),
        *(
            migrations.AddIndex(
                "level",
                models.Index(
                    condition=models.Q(("level__gte", step)),
                    fields=["account_id", "address"],
                    name=f"levels_from_{step}",
                ),
            )
            for step in (80, 95, 100)
        ),
    ]
