"""How much each mailbox sends is counted, and ends at the limit of its plan."""

from pathlib import Path

from django.db import migrations

SENDING = Path(__file__).parent.parent / "sending.sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_messages_per_day"), ("mailboxes", "0010_suspended_domains")]

    operations = [migrations.RunSQL(SENDING.read_text())]
