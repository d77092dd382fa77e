from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailboxes", "0013_links_elsewhere"),
    ]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reset", "Reset"),
                    ("changed", "Changed"),
                    ("moved", "Moved"),
                    ("recovery", "Recovery"),
                ],
                max_length=20,
            ),
        ),
    ]
