"""From the bytes of an upload to its rows, one at a time: memory does not grow with the file."""

from collections.abc import Callable, Iterator

from mailboxes.imports.reading import sheets, text

Pieces = Callable[[], Iterator[bytes]]
# The number of the line in the file, and its cells.
Line = tuple[int, list[str]]


def is_sheet(pieces: Pieces) -> bool:
    return next(pieces(), b"").startswith(sheets.SIGNATURE)


def lines(pieces: Pieces) -> Iterator[Line]:
    """Every line that is not empty; Unreadable when what follows cannot be read."""
    if is_sheet(pieces):
        return sheets.lines(b"".join(pieces()))
    return text.lines(pieces)
