from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from domains import hooks
        from mailboxes.jobs import owe_kick_of_all
        from mailboxes.rules import mirror_activated
        from mailboxes.services import create_postmaster

        hooks.activated.extend([create_postmaster, mirror_activated])
        hooks.closed.append(owe_kick_of_all)
