"""What goes through an alias domain is found by the mirrored address, as what is refused there."""

from pathlib import Path

from django.db import migrations

APP = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0014_confirmation_letters")]

    operations = [
        migrations.RunSQL((APP / "maildb.sql").read_text()),
        migrations.RunSQL((APP / "migration" / "move.sql").read_text()),
    ]
