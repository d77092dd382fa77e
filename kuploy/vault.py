"""WSGI for what rspamd asks, apart from the panel: `gunicorn kuploy.vault`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")
get_wsgi_application()

from domains.vault import application  # noqa: E402, F401  # models are ready only now
