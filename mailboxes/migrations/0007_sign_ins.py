"""Recent sign-ins: a table, the function that Dovecot calls, and the panel's view of them."""

from pathlib import Path

from django.db import migrations, models

SIGN_INS = Path(__file__).parent.parent / "sign_ins.sql"


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0006_domains_count")]

    operations = [
        migrations.RunSQL(SIGN_INS.read_text()),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mailbox_id",
                        "way",
                        "ip",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("mailbox_id", models.UUIDField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("imap", "Reading (IMAP)"),
                            ("smtp", "Sending (SMTP)"),
                            ("page", "Web page"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ip", models.GenericIPAddressField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={"db_table": '"mail"."sign_in"', "managed": False},
        ),
    ]
