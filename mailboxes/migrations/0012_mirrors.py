"""What refuses mail refuses through alias domains as well, found by the mirrored address."""

from pathlib import Path

from django.db import migrations

APP = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0011_sending")]

    operations = [
        migrations.RunSQL((APP / "maildb.sql").read_text()),
        migrations.RunSQL((APP / "migration" / "move.sql").read_text()),
    ]
