"""What Dovecot may see of a copy that goes on."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("migration", "0001_moves"), ("mailboxes", "0002_maildb")]
    operations = [migrations.RunSQL((HERE / "move.sql").read_text())]
