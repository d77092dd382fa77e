from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_messages_per_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="due_at",
            field=models.DateTimeField(db_index=True, editable=False, null=True),
        ),
        # Those that could not be handed over go out by themselves now.
        migrations.RunSQL(
            "UPDATE accounts_invitation SET due_at = now() "
            "WHERE sent_at IS NULL AND accepted_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
