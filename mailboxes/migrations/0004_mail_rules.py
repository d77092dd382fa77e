import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0003_host_work")]

    operations = [
        migrations.CreateModel(
            name="MailRules",
            fields=[
                (
                    "mailbox",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="mail_rules",
                        serialize=False,
                        to="mailboxes.mailbox",
                    ),
                ),
                (
                    "forward_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), default=list, size=None
                    ),
                ),
                ("keep_copy", models.BooleanField(default=True)),
                ("reply_on", models.BooleanField(default=False)),
                ("reply_subject", models.CharField(blank=True, max_length=120)),
                ("reply_text", models.TextField(blank=True)),
                ("reply_first_day", models.DateField(null=True)),
                ("reply_last_day", models.DateField(null=True)),
            ],
        ),
    ]
