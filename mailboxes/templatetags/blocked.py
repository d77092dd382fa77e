"""What pages of the apps below show of blocked mailboxes."""

from django import template

from accounts.models import Account
from mailboxes.models import Mailbox

register = template.Library()


@register.simple_tag
def blocked_in(account: Account) -> int:
    return Mailbox.objects.blocked(account).count()
