"""A logo is drawn anew from what was sent, and what is no plain picture is refused."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Branding, Logo
from clients.branding import logos
from clients.branding.services import clear_brand, set_logo
from clients.tasks import forget_logos
from tests.conftest import HTMX

PAGE = "/harbour/brand/logo/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(form="PNG", size=(200, 50), mode="RGB", **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size).save(file, form, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would be unpacked to as many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def upload(client, content: bytes, name="logo.png", **options):
    return client.post(PAGE, {"logo": SimpleUploadedFile(name, content)}, **options)


def served(client) -> Image.Image:
    logo = Logo.objects.get()
    response = client.get(f"/brand/{logo.pk}.png")
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    return Image.open(BytesIO(response.content))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_usual_kind_of_picture_is_taken(owner, form):
    assert upload(owner, picture(form)).status_code == 302
    assert served(owner).size == (200, 50)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "1"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "CMYK")]
)
def test_each_kind_of_colour_is_taken(owner, form, mode):
    assert upload(owner, picture(form, mode=mode)).status_code == 302


def test_a_large_one_is_made_to_fit(owner):
    assert upload(owner, picture(size=(2400, 600))).status_code == 302
    assert served(owner).size == (448, 112)


def test_a_photo_of_a_telephone_stands_upright_and_tells_no_place(owner):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    assert upload(owner, picture("JPEG", exif=exif)).status_code == 302
    assert served(owner).size == (28, 112)
    assert b"at home" not in bytes(Logo.objects.get().content)


def test_nothing_but_the_picture_is_served(owner):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("note", "<script>alert(1)</script>")
    upload(owner, picture(pnginfo=notes, icc_profile=b"profile") + b"<?php echo 1;")
    content = bytes(Logo.objects.get().content)
    assert [each for each in (b"script", b"profile", b"php") if each in content] == []


def test_who_smuggles_a_page_into_a_picture_gets_only_the_picture_back(owner):
    """A GIF whose head is also the beginning of a script."""
    gif = picture("GIF")
    upload(owner, gif + b"/*" + SVG + b"*/=1;alert(1)", name="logo.html")
    assert bytes(Logo.objects.get().content).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SVG, "no picture that can be read"),
        (b"%PDF-1.7", "no picture that can be read"),
        (picture("BMP"), "no picture that can be read"),
        (picture("TIFF"), "no picture that can be read"),
        (picture()[:60], "no picture that can be read"),
        (b"GIF89a" + bytes(5), "no picture that can be read"),
        (png_that_claims(5000, 5000), "more than 16 million pixels"),
        (png_that_claims(60_000, 60_000), "no picture that can be read"),
        (picture(size=(200, 15)), "200 × 15 pixels. It needs at least 16 each way"),
        (bytes(logos.MOST_BYTES + 1), "larger than 1 MB"),
        (b"", "The file is empty"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_reason(owner, content, words):
    page = upload(owner, content)
    assert page.status_code == 422
    assert words in page.text
    assert not Logo.objects.exists()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_no_broken_file_is_a_fault_of_ours(form):
    whole = picture(form, size=(64, 32), mode="L" if form == "GIF" else "RGB")
    for place in range(0, len(whole), 3):
        for value in (0, 255):
            broken = whole[:place] + bytes([value]) + whole[place + 1 :]
            with suppress(ValidationError):
                logos.redrawn(SimpleUploadedFile("logo", broken))


def test_no_file_is_said_where_it_was_missing(owner):
    page = owner.post(PAGE)
    assert page.status_code == 422
    assert page.context["logo_form"].errors["logo"] == ["Choose a file."]


def test_to_htmx_only_its_part_of_the_page_is_sent(owner):
    part = upload(owner, picture(), headers=HTMX)
    assert part.status_code == 200
    assert 'id="looks-form"' not in part.text
    assert "The logo is in place." in part.text
    assert upload(owner, SVG, headers=HTMX).status_code == 422


def test_the_one_before_goes(owner, harbour):
    upload(owner, picture())
    before = Logo.objects.get().pk
    upload(owner, picture())
    assert Logo.objects.get().pk != before


def test_it_is_removed(owner, harbour):
    upload(owner, picture())
    assert owner.post(f"{PAGE}remove/").status_code == 302
    assert owner.post(f"{PAGE}remove/").status_code == 302
    assert not Logo.objects.exists()
    done = AuditEvent.objects.filter(action="brand.logo_removed")
    assert [event.sentence for event in done] == ["Removed the logo of Harbour"]


def test_it_goes_when_the_provider_takes_the_brand_away(owner, harbour, actor):
    upload(owner, picture())
    clear_brand(account=harbour, actor=actor)
    assert not Logo.objects.exists()
    assert not Branding.objects.exists()


def test_it_goes_with_its_account_and_that_of_another_stays(owner, harbour, plan):
    upload(owner, picture())
    other = Account.objects.create(name="Pier", slug="pier", plan=plan)
    set_logo(account=other, picture=picture(), actor=Actor.system(other))
    assert Logo.objects.count() == 2
    Branding.objects.get(account=other).delete()
    forget_logos()
    assert Logo.objects.get() == Branding.objects.get(account=harbour).logo


def test_a_client_sees_it_with_the_name_as_its_words(owner, client, carol, acme, branding):
    upload(owner, picture())
    client.force_login(carol)
    page = client.get(acme.get_absolute_url()).text
    assert f'<img src="/brand/{Logo.objects.get().pk}.png" alt="Harbour Mail">' in page
