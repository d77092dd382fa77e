"""The only code that turns an id from a URL into a plan, or into the client that gets one."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Account, Plan


def get_plan(reseller: Account, pk: int) -> Plan:
    return get_object_or_404(reseller.plans, pk=pk)


def get_client(reseller: Account, pk: UUID) -> Account:
    standing = reseller.clients.standing()
    return get_object_or_404(standing.select_related("plan", "reseller__plan"), pk=pk)
