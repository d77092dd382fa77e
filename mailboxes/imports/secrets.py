"""The password cell of a row: encrypted at rest, and in what people download to put right."""

from uuid import UUID

from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kuploy.crypto import decrypt, encrypt

MARK = "{SEALED}"


def seal(account_id: UUID, typed: str) -> bytes | None:
    """Good in that account only; nothing for an empty cell."""
    return encrypt(account_id.bytes + typed.encode()) if typed else None


def unseal(account_id: UUID, sealed: bytes | memoryview | None) -> str:
    """InvalidToken when it is another account's, or its key is no longer set."""
    if not sealed:
        return ""
    content = decrypt(bytes(sealed))
    if content[:16] != account_id.bytes:
        raise InvalidToken
    return content[16:].decode()


def cell_of(sealed: bytes | memoryview | None) -> str:
    """What stands for the password in a download: nobody can read it, and we take it back."""
    return MARK + bytes(sealed).decode() if sealed else ""


def typed_in(account_id: UUID, cell: str) -> str:
    """The password that the cell means."""
    if not cell.startswith(MARK):
        return cell
    try:
        return unseal(account_id, cell.removeprefix(MARK).encode())
    except (InvalidToken, UnicodeError) as error:
        raise ValidationError(
            _("This sealed password cannot be opened any more, or not in this account. Write the "
              "password instead.")
        ) from error  # fmt: skip
