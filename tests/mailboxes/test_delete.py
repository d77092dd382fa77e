from mailboxes import removal
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.conftest import make_domain, make_mailbox


def test_it_stays_known_to_dovecot_until_its_mail_is_gone(mailbox, actor):
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.DELETING
    assert mailbox.address == "info@acme.test"
    assert HostJob.objects.get().kind == HostJob.Kind.PURGE


def test_its_address_can_be_taken_anew_at_once(mailbox, actor):
    Usage.objects.create(
        username=mailbox.address, bytes=5, messages=1, updated_at=mailbox.created_at
    )
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    heir = make_mailbox(mailbox.domain, "info")
    assert heir.home != mailbox.home
    assert heir.usage is None


def test_the_next_owner_of_a_removed_domain_gets_a_postmaster(domain, actor, charlie):
    removal.remove_domain(domain=domain, actor=actor)
    elsewhere = charlie.memberships.get().account
    heir = make_domain(elsewhere, domain.name)
    living = Mailbox.objects.exclude(state=Mailbox.State.DELETING)
    assert living.get(address="postmaster@acme.test").domain == heir
