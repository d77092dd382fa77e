from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_suspension"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["removed_at"],
                condition=models.Q(removed_at__isnull=False),
                name="accounts_being_removed",
            ),
        ),
    ]
