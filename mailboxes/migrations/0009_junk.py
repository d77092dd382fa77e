"""Dovecot is told from how many points on the domain of a mailbox files mail as junk."""

from pathlib import Path

from django.db import migrations

APP = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("domains", "0006_spam_level"),
        ("mailboxes", "0008_suspension"),
        ("migration", "0002_move"),
    ]

    operations = [
        migrations.RunSQL((APP / "maildb.sql").read_text()),
        migrations.RunSQL((APP / "migration" / "move.sql").read_text()),
    ]
