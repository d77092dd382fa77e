import os

import pytest
from django.conf import settings

from .server import World

# The engine needs no settings; only gettext wants to know whether to translate.
if "DJANGO_SETTINGS_MODULE" not in os.environ and not settings.configured:
    settings.configure(USE_I18N=False)


@pytest.fixture
def world():
    """example.com with two name servers of its own, and a resolver that knows everything."""
    world = World()
    world.zone("example.com", {"ns1.example.net": "127.0.0.2", "ns2.example.net": "127.0.0.3"})
    world.texts("spf.kuploy.test", "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all")
    world.records("mx1.kuploy.test A 192.0.2.10", "mx2.kuploy.test A 192.0.2.11")
    return world
