"""The MTA-STS policy, for servers that deliver mail (RFC 8461, section 3.2)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.http import require_safe

from domains import mta_sts
from domains.dns import pointers
from domains.models import Domain


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    host, _port = split_domain_port(request.get_host())
    name = host.removeprefix(f"{pointers.MTA_STS}.")
    mode = Domain.objects.served_as(name).values_list("mta_sts", flat=True).first()
    if mode is None:
        raise Http404
    return HttpResponse(mta_sts.policy(mode), content_type="text/plain")
