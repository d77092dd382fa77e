"""Rows of a model by PostgreSQL's COPY."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def copy_in(made: Sequence[Model]) -> None:
    """New ones, all of a kind, stored at several times the speed of bulk_create()."""
    if not made:
        return
    fields = [each for each in made[0]._meta.concrete_fields if not each.generated]
    columns = ", ".join(f'"{each.column}"' for each in fields)
    statement = f'COPY "{made[0]._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for each in made:
            copy.write_row([getattr(each, field.attname) for field in fields])
