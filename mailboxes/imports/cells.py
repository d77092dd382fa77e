"""What is written in a cell: sizes, yes and no, and texts that only look like formulas."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

GB = 2**30
UNITS = {"": GB, "b": 1, "k": 2**10, "m": 2**20, "g": GB, "t": 2**40}
SIZE = re.compile(r"(\d{1,18}(?:[.,]\d{1,3})?)\s*(|[kmgt]?i?b|[kmgt])", re.IGNORECASE | re.ASCII)
YES = {"1", "yes", "y", "true", "on"}
NO = {"0", "no", "n", "false", "off"}
# By these a spreadsheet takes a text for a formula.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # also as full-width characters


def size(typed: str) -> int:
    """Bytes: 8, 8 GB, 500 MB, 1.5 TB; a number alone means GB."""
    found = SIZE.fullmatch(typed.strip())
    if not found:
        raise ValidationError(_("Write a size in GB or with its unit, such as 8 or 500 MB."))
    return int(Decimal(found[1].replace(",", ".")) * UNITS[found[2][:1].lower()])


def size_or_none(typed: str) -> int | None:
    """None for an empty cell."""
    return size(typed) if typed.strip() else None


def size_words(size_bytes: int) -> str:
    """As size() reads it back, exactly."""
    for unit, name in ((GB, ""), (2**20, " MB"), (2**10, " KB")):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit}{name}"
    return f"{size_bytes} B"


def yes(typed: str, default: bool) -> bool:
    word = typed.strip().lower()
    if word in YES or (not word and default):
        return True
    if word in NO or not word:
        return False
    raise ValidationError(_("Write yes or no."))


def whole_number(typed: str) -> int | None:
    """None for an empty cell."""
    if not typed.strip():
        return None
    if not re.fullmatch("[0-9]{1,9}", typed.strip()):
        raise ValidationError(_("Write a whole number, or leave it empty."))
    return int(typed)


def harmless(text: str) -> str:
    """Marked as text when a spreadsheet would run it; plain() takes the mark away again."""
    return f"'{text}" if FORMULA.match(text) else text


def plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
