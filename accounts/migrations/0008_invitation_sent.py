from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_audit_of_object"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="sent_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        # Their mail went out when they were made.
        migrations.RunSQL(
            "UPDATE accounts_invitation SET sent_at = created_at", migrations.RunSQL.noop
        ),
    ]
