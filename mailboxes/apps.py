from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from domains import activation
        from mailboxes.services import create_postmaster

        activation.hooks.append(create_postmaster)
