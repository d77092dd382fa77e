"""For pages of apps below: which clients of a reseller want a look."""

from django import template

from accounts.models import Account
from clients.rows import Row, rows_of, wanting_a_look

register = template.Library()
SHOWN = 8


@register.simple_tag
def clients_to_look_at(reseller: Account) -> list[Row]:
    """The first few."""
    found = wanting_a_look(reseller.clients.select_related("plan")).order_by("listed_as")
    return rows_of(list(found[:SHOWN]))
