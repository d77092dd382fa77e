"""Does an account fit into a plan: what has to be put right before, and what is only said."""

import pytest
from django.utils import timezone

from accounts.models import Plan
from domains.models import Domain
from mailboxes.models import Mailbox, MailRules
from notifications.models import Channel
from plans.moving import DoesNotFit, preview
from quotas.models import Usage
from tests.conftest import GB, make_alias, make_domain
from tests.plans.conftest import add_token, fill_with
from tests.plans.test_moving import to


def said(account, plan):
    return [f"{each.sentence} {each.advice}" for each in preview(account, plan).findings]


def too_many_domains(domain):
    make_domain(domain.account, "second.test")
    return {"domain_limit": 1}


def too_many_aliases(domain):
    make_alias(domain, "team", "x@example.test")
    return {"alias_limit": 0}


def too_many_for_a_mailbox(domain):
    for name in ("one", "two", "three"):
        make_alias(domain, name, "x@example.test")
    return {"aliases_per_mailbox": 2}  # the postmaster's two


def too_large(domain):
    fill_with(domain, "large", quota_bytes=16 * GB)
    return {"largest_size_bytes": 8 * GB}


def has_a_catch_all(domain):
    Domain.objects.update(catch_all="x@example.test")
    return {"catch_all": False}


def forwards(domain):
    fill_with(domain, "away")
    box = Mailbox.objects.get(local_part="away")
    MailRules.objects.create(mailbox=box, forward_to=["x@example.test"])
    return {"forwarding": Plan.Forwarding.OFF}


def has_a_webhook(domain):
    Channel.objects.create(
        account=domain.account, transport="webhook", address="https://example.test/"
    )
    return {"webhooks": False}


def hosts(domain):
    return {"email_hosting": False}


IN_THE_WAY = [
    (too_many_domains, "2 domains, the plan holds 1: 1 too many. Remove domains first."),
    (too_many_aliases, "1 alias, the plan holds 0: 1 too many. Delete aliases first."),
    (
        too_many_for_a_mailbox,
        "1 domain has more aliases than 2 for each of its mailboxes. Delete aliases there first.",
    ),
    (
        too_large,
        "1 mailbox is larger than 8.0\xa0GB, the largest size of the plan. Make them smaller or "
        "delete them first.",
    ),
    (
        has_a_catch_all,
        "1 domain has a catch-all, which is not in the plan. Switch it off there first.",
    ),
    (
        forwards,
        "1 mailbox forwards its mail, which is not in the plan. End the forwarding there first.",
    ),
    (has_a_webhook, "1 webhook is set up, which is not in the plan. Remove them first."),
    (
        hosts,
        "The plan has no e-mail hosting. In use: domains 1, mailboxes 0. Remove the domains first; "
        "their mailboxes go with them.",
    ),
]


@pytest.mark.parametrize(
    ("so", "sentence"), IN_THE_WAY, ids=[so.__name__ for so, _words in IN_THE_WAY]
)
def test_what_no_block_cures_has_to_be_put_right_first(acme, domain, new_plan, so, sentence):
    plan = new_plan(**so(domain))
    acme.refresh_from_db()
    assert said(acme, plan) == [sentence]
    with pytest.raises(DoesNotFit):
        to(acme, plan, block_excess=True)


@pytest.mark.parametrize("so", [so for so, _words in IN_THE_WAY])
def test_the_same_is_no_matter_where_the_plan_has_it(acme, domain, new_plan, so):
    so(domain)
    acme.refresh_from_db()
    assert said(acme, new_plan()) == []


def test_the_postmaster_has_aliases_too(acme, domain, new_plan):
    for name in ("one", "two"):
        make_alias(domain, name, "x@example.test")
    assert said(acme, new_plan(aliases_per_mailbox=2)) == []


def test_what_is_too_large_is_said_once(acme, domain, new_plan):
    fill_with(domain, "nine", quota_bytes=9 * GB)
    assert len(said(acme, new_plan(largest_size_bytes=8 * GB))) == 1


def test_forwarding_by_admins_alone_leaves_what_is_set_up(acme, domain, new_plan):
    forwards(domain)
    assert said(acme, new_plan(forwarding=Plan.Forwarding.ADMINS)) == []


def test_programs_that_will_be_refused_are_said(acme, alice, new_plan):
    token = add_token(acme, alice)
    (found,) = preview(acme, new_plan(api=False)).kept
    assert found.sentence == "1 token opens the API, which is not in the plan."
    token.expires_at = timezone.now()
    token.save()
    assert preview(acme, new_plan(api=False)).kept == []


def test_a_size_that_is_not_on_offer_is_kept(acme, domain, new_plan):
    fill_with(domain, "six", quota_bytes=6 * GB)
    plan = new_plan(allowed_sizes_gb=[1, 8])
    assert said(acme, plan) == [
        "1 mailbox has a size that the plan does not offer. They keep it. Once changed, only a "
        "size on offer can be chosen."
    ]
    to(acme, plan)
    assert Mailbox.objects.get(local_part="six").quota_bytes == 6 * GB


def test_mailboxes_with_more_messages_than_the_plan_allows_are_named(acme, domain, new_plan):
    fill_with(domain, "a", "b")
    for name, messages in (("a", 1000), ("b", 999)):
        Usage.objects.create(
            username=f"{name}@acme.test", bytes=1, messages=messages, updated_at=timezone.now()
        )
    assert said(acme, new_plan(message_cap=1000)) == [
        "1 mailbox holds 1,000 messages or more, the most of the plan. They keep them, and refuse "
        "new mail until some are deleted."
    ]
