from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_invitations_due"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="recipients_per_message",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: as many as the mail servers take at once.",
                null=True,
                verbose_name="recipients of a message",
            ),
        ),
    ]
