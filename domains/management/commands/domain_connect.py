import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from domains.connect import links
from domains.connect.template import template


class Command(BaseCommand):
    help = "Prints what DNS providers have to know of us: the template, or our public key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["template", "key"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if not links.is_on():
            raise CommandError("Set KUPLOY_DOMAIN_CONNECT_KEY first.")
        if what == "template":
            self.stdout.write(json.dumps(template(), indent=2))
            return
        for text in links.public_key_records():
            name = f"{links.key_label()}.{settings.DOMAIN_CONNECT_PROVIDER}."
            self.stdout.write(f'{name} 3600 IN TXT "{text}"')
