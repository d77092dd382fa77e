from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "mailboxes.imports"
    label = "imports"
