"""The contract with the mail servers, and the triggers that keep derived columns true."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0001_initial")]
    operations = [
        migrations.RunSQL((HERE / "derived.sql").read_text()),
        migrations.RunSQL((HERE / "maildb.sql").read_text()),
    ]
