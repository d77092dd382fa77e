from django.conf import settings
from django.http import HttpRequest


def brand(request: HttpRequest) -> dict[str, object]:
    return {
        "BRAND": settings.BRAND,
        "SIGNUP_OPEN": settings.SIGNUP_OPEN,
        "SUPPORT_EMAIL": settings.SUPPORT_EMAIL,
    }
