from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from domains import hooks
        from mailboxes.jobs import owe_kick_of_all
        from mailboxes.services import create_postmaster

        hooks.activated.append(create_postmaster)
        hooks.suspended.append(owe_kick_of_all)
