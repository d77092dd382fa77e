"""What thousands of domains pass on to their mailboxes goes there in one statement."""

from pathlib import Path

from django.db import migrations

APP = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0015_mirrors_by_address"), ("domains", "0004_suspension")]

    operations = [migrations.RunSQL((APP / "derived.sql").read_text())]
