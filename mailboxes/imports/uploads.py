"""The uploaded file: encrypted from the first moment on, erased as soon as it is read."""

from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from kuploy.crypto import decrypt, encrypt
from mailboxes.imports.models import ImportJob, Piece

PIECE_BYTES = 256 * 1024


def keep(job: ImportJob, file: "UploadedFile[Any]") -> None:
    # Not file.chunks(): of a file in memory that is all of it at once.
    for number, content in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
        Piece.objects.create(job=job, number=number, content_encrypted=encrypt(content))


def pieces(job: ImportJob) -> Iterator[bytes]:
    """InvalidToken when the key it was encrypted with is no longer set."""
    number = 0
    # One at a time: a server-side cursor would need a transaction that stays open.
    while piece := Piece.objects.filter(job=job, number=number).first():
        yield decrypt(bytes(piece.content_encrypted))
        number += 1
