"""Many rows at once by their names or addresses."""

from collections.abc import Iterable

from django.db.models.expressions import RawSQL


def among(texts: Iterable[str]) -> RawSQL:
    """For __in. PostgreSQL would look for a list of 500 in the search's trigram index: 7 seconds.

    As rows they are looked up one by one in the index of the column: 4 milliseconds.
    """
    return RawSQL("SELECT unnest(%s::text[])", [list(texts)])
