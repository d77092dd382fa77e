"""What notes changes, what is judged, and by which rule."""

from pathlib import Path

from django.db import migrations

LEVELS = (Path(__file__).parent.parent / "levels.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("quotas", "0002_levels"),
        ("accounts", "0002_first_plan"),
        ("mailboxes", "0002_maildb"),
        ("notifications", "0004_seats"),
    ]
    operations = [migrations.RunSQL(LEVELS)]
