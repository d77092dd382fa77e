"""What pages show beside the settings: the way to them for a telephone. It holds no secret."""

import segno
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from kuploy.brand import Brand
from mailboxes.clientsettings.lookup import servers


def context(brand: Brand, address: str) -> dict[str, object]:
    """For mailboxes/client_settings.html."""
    url = setup_url(brand, address)
    return {"servers": servers(), "setup_url": url, "setup_qr": _drawn(url)}


def setup_url(brand: Brand, address: str) -> str:
    """The page that tells everybody what a mail program needs for that address."""
    return f"{brand.base_url}{reverse('setup')}?{urlencode({'address': address})}"


def _drawn(url: str) -> SafeString:
    """As SVG without a style: the policy of our pages allows none."""
    code = segno.make(url, micro=False, error="m")
    # segno writes numbers and paths alone.
    return mark_safe(code.svg_inline(border=2, omitsize=True, dark="#000"))  # noqa: S308
