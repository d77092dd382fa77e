"""Whoever takes a seat is told from the first moment."""

from pathlib import Path

from django.db import migrations

SEATS = (Path(__file__).parent.parent / "seats.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_channels")]
    operations = [migrations.RunSQL(SEATS)]
