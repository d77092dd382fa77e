"""What every template knows of whose name its page goes by."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import brands
from kuploy.brand import Brand


def brand(request: HttpRequest) -> dict[str, object]:
    # Found when first read: a page of an error must not ask the database that may be away.
    return words_of(SimpleLazyObject(lambda: brands.of_request(request)))  # type: ignore[arg-type]


def words_of(brand: Brand) -> dict[str, object]:
    return {
        "brand": brand,
        "BRAND": SimpleLazyObject(lambda: brand.name),
        "SUPPORT_EMAIL": SimpleLazyObject(lambda: brand.support_email),
        # Under a reseller's name only whom it invited: a newcomer would become nobody's client.
        "SIGNUP_OPEN": SimpleLazyObject(lambda: settings.SIGNUP_OPEN and not brand.white_label),
    }
