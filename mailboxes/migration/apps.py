from django.apps import AppConfig


class MigrationConfig(AppConfig):
    name = "mailboxes.migration"
    label = "migration"
