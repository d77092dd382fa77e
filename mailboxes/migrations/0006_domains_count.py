"""Domains that come and go are counted once a statement."""

from pathlib import Path

from django.db import migrations

COUNT = (Path(__file__).parent / "first_domains_count.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0005_blocking"), ("accounts", "0005_clients")]
    operations = [migrations.RunSQL(COUNT)]
