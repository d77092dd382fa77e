"""A logo as somebody sent it, drawn anew: what is served was never written by a stranger."""

import struct
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MOST_BYTES = 1_000_000
MOST_PIXELS = 16_000_000
# Pages show it 28 pixels high; sharp on every screen.
LARGEST = (480, 112)
SMALLEST = 16
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# What Pillow raises on files that are broken, or made to break it.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError),
    *(OverflowError, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning),
)


def redrawn(upload: "UploadedFile[Any]") -> bytes:
    """The first picture of the file as a PNG that fits; ValidationError says what is wrong."""
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(_("The file is larger than 1 MB. Choose a smaller picture."))
    try:
        return _drawn(upload.read())
    except BROKEN as error:
        raise ValidationError(
            _("This is no picture that can be read. Choose a PNG, JPEG, WebP or GIF file.")
        ) from error


def _drawn(raw: bytes) -> bytes:
    with Image.open(BytesIO(raw), formats=FORMATS) as sent:
        # Looked at before anything is unpacked: a few bytes may stand for gigabytes.
        _check_size(*sent.size)
        # A JPEG is read at a fraction of its size where that is enough.
        sent.draft("RGB", (2 * LARGEST[0], 2 * LARGEST[1]))
        picture = ImageOps.exif_transpose(sent).convert("RGBA")
    picture.thumbnail(LARGEST)
    # On a fresh sheet: nothing but the pixels comes along, no profile, place or comment.
    sheet = Image.new("RGBA", picture.size)
    sheet.paste(picture)
    drawn = BytesIO()
    sheet.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ValidationError(_("The picture has more than 16 million pixels. Make it smaller."))
    if min(width, height) < SMALLEST:
        raise ValidationError(
            _("The picture is %(width)d × %(height)d pixels. It needs at least 16 each way.")
            % {"width": width, "height": height}
        )
