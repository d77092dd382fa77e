"""The contract with the mail servers, and the triggers that keep derived columns true.

As they were at first: derived.sql and maildb.sql know columns that come later, and are run by the
newest migration that changes them.
"""

from pathlib import Path

from django.db import migrations

AS_IT_WAS = (Path(__file__).parent / "first_maildb.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0001_initial")]
    operations = [migrations.RunSQL(AS_IT_WAS)]
