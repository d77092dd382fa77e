from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0005_limits")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="spam_level",
            field=models.CharField(
                choices=[
                    ("off", "Off: nothing is filed"),
                    ("permissive", "Permissive: what is almost certainly spam"),
                    ("standard", "Standard"),
                    ("aggressive", "Aggressive: also what is only suspicious"),
                ],
                db_default="standard",
                default="standard",
                max_length=10,
                verbose_name="spam filter",
            ),
        ),
    ]
