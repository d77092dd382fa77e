"""Who may see less than before keeps nothing of what was told."""

from pathlib import Path

from django.db import migrations

TAKEN_BACK = (Path(__file__).parent.parent / "taken_back.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_newest")]
    operations = [migrations.RunSQL(TAKEN_BACK)]
