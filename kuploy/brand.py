"""Under whose name a page or a message appears: the provider's, or that of one of its resellers."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Brand:
    """The provider's own has neither style sheet nor logo: those are what static/ holds."""

    name: str
    support_email: str
    base_url: str
    from_email: str
    white_label: bool = False
    style_url: str = ""
    logo_url: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


# Where nobody knows yet whose page it is: better no name than a wrong one.
NAMELESS = Brand("", "", "", "", white_label=True)


def provider() -> Brand:
    return Brand(
        name=settings.BRAND,
        support_email=settings.SUPPORT_EMAIL,
        base_url=settings.BASE_URL,
        from_email=settings.DEFAULT_FROM_EMAIL,
    )


def moved_to(brand: Brand, url: str) -> str:
    """A mailed link leads to the brand's host, whatever host and port the request named."""
    return f"{brand.base_url}{urlsplit(url).path}"
