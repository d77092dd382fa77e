"""What a domain allows holds for files, too."""

from domains.models import Domain
from mailboxes.models import Alias
from tests.conftest import GB, PASSWORD
from tests.imports.conftest import states, verdicts

BOXES = "".join(f"{name}@acme.test;{PASSWORD}\n" for name in "abcd")
ALIASES = "".join(f"{name}@acme.test;x@example.test\n" for name in "abcd")


def names(rows) -> str:
    return "".join(sorted(rows.values_list("local_part", flat=True)))


def test_mailboxes_beyond_the_limit_of_a_domain_are_left_out_and_not_blocked(domain, imported):
    Domain.objects.filter(pk=domain.pk).update(mailbox_limit=2, default_size_bytes=2 * GB)
    job = imported(BOXES)
    assert states(job) == ["made", "made", "left", "left"]
    assert "acme.test holds 2 mailboxes at most" in str(verdicts(job)[2])
    made = domain.mailboxes.exclude(local_part="postmaster")
    assert names(made) == "ab"
    assert {box.quota_bytes for box in made} == {2 * GB}


def test_aliases_beyond_those_for_each_mailbox_are_left_out(domain, plan, imported):
    plan.aliases_per_mailbox = 3
    plan.save()
    job = imported(ALIASES, kind="alias")
    assert states(job) == ["made", "made", "made", "left"]
    assert names(Alias.objects.all()) == "abc"


def test_a_plan_with_fewer_places_than_the_domain_leaves_out_the_rest(domain, plan, imported):
    plan.aliases_per_mailbox, plan.alias_limit = 3, 2
    plan.save()
    assert states(imported(ALIASES, kind="alias")) == ["made", "made", "left", "left"]


def test_a_plan_with_fewer_places_than_the_domain_blocks_the_rest(domain, plan, imported):
    Domain.objects.filter(pk=domain.pk).update(mailbox_limit=3)
    plan.mailbox_limit = 1
    plan.save()
    assert states(imported(BOXES)) == ["made", "blocked", "blocked", "left"]
