"""Style sheet and logo of a brand, for everybody. Their addresses name what they hold."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from accounts import colours
from accounts.models import Logo

for_ever = cache_control(public=True, max_age=31_536_000, immutable=True)


@for_ever
def style(request: HttpRequest, name: str) -> HttpResponse:
    sheet = colours.named_sheet(name)
    if sheet is None:
        raise Http404
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@for_ever
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    found = get_object_or_404(Logo, pk=digest)
    return HttpResponse(bytes(found.content), content_type="image/png")
