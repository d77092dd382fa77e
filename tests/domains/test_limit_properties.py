"""Properties of what a domain allows, over plans, resellers and owners that want anything."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account, Plan
from domains import limits
from domains.models import Domain
from quotas.limits import GB

gigabytes = st.integers(1, 30)
some_sizes = st.none() | gigabytes.map(lambda size: size * GB)
some_limits = st.none() | st.integers(0, 50)
plans = st.builds(
    lambda offered, default, more, **fields: Plan(
        allowed_sizes_gb=offered,
        default_size_bytes=default * GB,
        largest_size_bytes=(default + more) * GB,
        **fields,
    ),
    st.lists(gigabytes, max_size=6), gigabytes, st.integers(0, 10),
    aliases_per_mailbox=some_limits,
)  # fmt: skip
domains = st.builds(
    lambda plan, **fields: Domain(account=Account(plan=plan), **fields),
    plans,
    default_size_bytes=some_sizes,
    largest_size_bytes=some_sizes,
    reseller_largest_size_bytes=some_sizes,
    mailbox_limit=some_limits,
    reseller_mailbox_limit=some_limits,
    mailbox_count=st.integers(0, 60),
    alias_count=st.integers(0, 60),
)


@given(domains)
def test_no_size_is_above_any_limit_and_each_is_on_offer(domain):
    most = (domain.largest_size_bytes, domain.reseller_largest_size_bytes)
    for size in limits.sizes(domain):
        assert size in domain.account.plan.sizes
        assert all(limit is None or size <= limit for limit in most)


@given(domains)
def test_a_size_that_all_allow_is_there(domain):
    most = (domain.largest_size_bytes, domain.reseller_largest_size_bytes)
    allowed = [
        size for size in domain.account.plan.sizes
        if all(limit is None or size <= limit for limit in most)
    ]  # fmt: skip
    assert limits.sizes(domain) == allowed


@given(domains)
def test_a_new_mailbox_gets_a_size_on_offer_where_there_is_one(domain):
    default, offered = limits.default_size(domain), limits.sizes(domain)
    assert default in offered if offered else default is None
    wanted = domain.default_size_bytes or domain.account.plan.default_size_bytes
    assert default == wanted or wanted not in offered


@given(domains)
def test_a_domain_holds_no_more_than_reseller_and_owner_both_allow(domain):
    both = (domain.mailbox_limit, domain.reseller_mailbox_limit)
    allowed = all(limit is None or domain.mailbox_count < limit for limit in both)
    assert limits.mailbox_room(domain).fits() == allowed


@given(domains)
def test_aliases_are_so_many_for_each_mailbox_and_one_mailbox_more(domain):
    each, boxes = domain.account.plan.aliases_per_mailbox, domain.mailbox_count + 1
    allowed = each is None or domain.alias_count + 1 <= boxes * each
    assert limits.alias_room(domain).fits() == allowed
