"""All settings, read from the environment. A missing or wrong one stops the start with a hint."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from kuploy import env

BASE_DIR = Path(__file__).resolve().parent.parent

# The panel
DEBUG = env.flag("KUPLOY_DEBUG", False)
SECRET_KEY = env.text("KUPLOY_SECRET_KEY")
ENCRYPTION_KEYS = env.words("KUPLOY_ENCRYPTION_KEYS")
BASE_URL = env.text("KUPLOY_BASE_URL").rstrip("/")
PANEL_HOST = urlsplit(BASE_URL).hostname or ""
BRAND = env.text("KUPLOY_BRAND", "Kuploy")
SIGNUP_OPEN = env.choice("KUPLOY_SIGNUP", {"open", "closed"}, "open") == "open"
SUPPORT_EMAIL = env.text("KUPLOY_SUPPORT_EMAIL", "")
ALLOWED_HOSTS = [PANEL_HOST, *env.words("KUPLOY_ALLOWED_HOSTS", "")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# What customers are asked to publish, and what their mail programs are told
MX_HOSTS = env.words("KUPLOY_MX_HOSTS")
SPF_HOST = env.text("KUPLOY_SPF_HOST")
SENDING_NETWORKS = env.words("KUPLOY_SENDING_NETWORKS")
PROOF_IP = env.text("KUPLOY_PROOF_IP")
IMAP_HOST = env.text("KUPLOY_IMAP_HOST", MX_HOSTS[0])
IMAP_PORT = env.number("KUPLOY_IMAP_PORT", 993)
SMTP_HOST = env.text("KUPLOY_SMTP_HOST", IMAP_HOST)
SUBMISSION_PORT = env.number("KUPLOY_SUBMISSION_PORT", 587)
# Where receivers are asked to send their reports on mail that claims to be a customer's
REPORTS_ADDRESS = env.matching(
    "KUPLOY_REPORTS_ADDRESS", r"([^\s@,;!]+@[^\s@,;!]+)?", "", "an e-mail address"
)
REPORTS_IMAP_URL = env.text("KUPLOY_REPORTS_IMAP_URL", None if REPORTS_ADDRESS else "")
# The MX hosts have certificates of a public authority for their names: owners of domains may choose
# the MTA-STS mode "enforce", with which other servers do not deliver where these do not hold.
MTA_STS_ENFORCE = env.flag("KUPLOY_MTA_STS_ENFORCE", False)
# Where servers are asked to report that they could not deliver encrypted; none: they are not asked
TLS_REPORTS_ADDRESS = env.matching(
    "KUPLOY_TLS_REPORTS_ADDRESS", r"([^\s@,;!]+@[^\s@,;!]+)?", "", "an e-mail address"
)
# Who issues certificates for names below customers' domains that lead to the panel; none: no hints
CAA_ISSUER = env.matching(
    "KUPLOY_CAA_ISSUER", r"[a-z0-9.-]*", "letsencrypt.org", "a domain in lower case"
)
# Signs the profiles for Apple's devices: PEM, the certificate first, then those that lead to a root
PROFILE_CERTIFICATE = env.text("KUPLOY_PROFILE_CERTIFICATE", "")
PROFILE_KEY = env.text("KUPLOY_PROFILE_KEY", None if PROFILE_CERTIFICATE else "")
# Dovecot follows 32 at most (sieve_max_redirects).
FORWARDING_TARGETS = min(env.number("KUPLOY_FORWARDING_TARGETS", 5), 32)
OWN_HOST_NAMES = [PANEL_HOST, *MX_HOSTS, SPF_HOST, IMAP_HOST, SMTP_HOST]

# DNS look-ups; no resolver named: those of the system
RESOLVERS = env.words("KUPLOY_RESOLVERS", "")
NAMESERVER_PORT = env.number("KUPLOY_NAMESERVER_PORT", 53)
# A customer's name servers may have private addresses only where all of this is a demonstration.
PRIVATE_NAMESERVERS = env.flag("KUPLOY_PRIVATE_NAMESERVERS", False)

# Our own zone for keys that we renew by ourselves, and the name server that takes its changes
DKIM_ZONE = env.text("KUPLOY_DKIM_ZONE", "").strip(".").lower()
_with_zone = None if DKIM_ZONE else ""
DNS_UPDATE_SERVER = env.text("KUPLOY_DNS_UPDATE_SERVER", _with_zone)
DNS_UPDATE_KEY_NAME = env.text("KUPLOY_DNS_UPDATE_KEY_NAME", _with_zone)
DNS_UPDATE_SECRET = env.base64("KUPLOY_DNS_UPDATE_SECRET", _with_zone)
DNS_UPDATE_ALGORITHM = env.choice(
    "KUPLOY_DNS_UPDATE_ALGORITHM", {"hmac-sha256", "hmac-sha384", "hmac-sha512"}, "hmac-sha256"
)

# Set-up at customers' DNS providers by Domain Connect: what signs our requests, and whose they are
DOMAIN_CONNECT_KEY = env.rsa_key("KUPLOY_DOMAIN_CONNECT_KEY")
DOMAIN_CONNECT_PROVIDER = env.text("KUPLOY_DOMAIN_CONNECT_PROVIDER", PANEL_HOST)

# Calls to customers' servers: the time for one, with the look-up, the connection and the answer
WEBHOOK_TIMEOUT_SECONDS = env.number("KUPLOY_WEBHOOK_TIMEOUT_SECONDS", 10)
# http and private addresses too, only where all of this is a demonstration.
INSECURE_RECEIVERS = env.flag("KUPLOY_INSECURE_RECEIVERS", False)

# The mail host on which a worker runs; the web processes only need its name
MAIL_HOST = env.text("KUPLOY_MAIL_HOST", "mail1")
MAIL_ROOT = env.text("KUPLOY_MAIL_ROOT", "")
DOVEADM_URL = env.text("KUPLOY_DOVEADM_URL", "")
DOVEADM_KEY = env.text("KUPLOY_DOVEADM_KEY", "")
LMTP_URL = env.text("KUPLOY_LMTP_URL", "")
# What rspamd shows to be given signing keys
KEYS_TOKEN = env.text("KUPLOY_KEYS_TOKEN", "")
# How many mailboxes a minute are compared with what Dovecot says
ROUND_MAILBOXES = env.number("KUPLOY_ROUND_MAILBOXES", 200)
# How many mailboxes are moved in at once
MIGRATIONS_PER_ACCOUNT = max(1, env.number("KUPLOY_MIGRATIONS_PER_ACCOUNT", 4))
MIGRATIONS_PER_SOURCE = max(1, env.number("KUPLOY_MIGRATIONS_PER_SOURCE", 4))

# What is invoiced: a mailbox counts in the smallest band that holds its size
BILLING_BANDS_GB = env.rising("KUPLOY_BILLING_BANDS_GB", "8,25")
CURRENCY = env.matching("KUPLOY_CURRENCY", "[A-Z]{3}", "EUR", "a code of three capital letters")
# A domain without a mailbox counts as one of the smallest band.
BILL_EMPTY_DOMAINS = env.flag("KUPLOY_BILL_EMPTY_DOMAINS", True)

# Programs: calls of one token
API_CALLS_PER_MINUTE = env.number("KUPLOY_API_CALLS_PER_MINUTE", 600)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "accounts",
    "notifications",
    "quotas",
    "domains",
    "domains.reports",
    "mailboxes",
    "mailboxes.migration",
    "mailboxes.imports",
    "plans",
    "clients",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "kuploy.middleware.request_id",
    "accounts.api.limits.for_programs",
    "mailboxes.clientsettings.hosts.settings_hosts",
    "accounts.hosts.reseller_hosts",
    "kuploy.middleware.no_nul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mailboxes.own.http.service_seats",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kuploy.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "kuploy.urls"
WSGI_APPLICATION = "kuploy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.brand",
            ],
        },
    }
]

# PostgreSQL: the one store of truth
_database = conninfo_to_dict(env.text("KUPLOY_DATABASE_URL"))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database["dbname"],
        "USER": _database.get("user", ""),
        "PASSWORD": _database.get("password", ""),
        "HOST": _database.get("host", ""),
        "PORT": _database.get("port", ""),
        # A connection that a restart of PostgreSQL broke is replaced, not handed out.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # Pages read a few rows: compiling a query takes longer than any of them.
            "options": "-c jit=off",
            "pool": {
                "min_size": 1,
                "max_size": env.number("KUPLOY_DATABASE_POOL", 8),
                "timeout": 5,
                # After an outage the next request asks anew, instead of waiting for ever longer.
                "reconnect_timeout": 2,
            },
        },
    }
}

# Redis: Celery's broker and the rate limiter. Nothing is stored there that would be missed.
REDIS_URL = env.text("KUPLOY_REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "kuploy",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    # While Redis is away, a page must not wait for it: the sweep finds the row later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validators}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validators}.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": f"{_validators}.CommonPasswordValidator"},
    {"NAME": f"{_validators}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {"add_email": "accounts.email_form.ChangeEmailForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("KUPLOY_TRUSTED_PROXIES", 0)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = BRAND
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://")
USERSESSIONS_TRACK_ACTIVITY = False

# Mail of the panel itself: codes, invitations, notices
_smtp = urlsplit(env.text("KUPLOY_SMTP_URL"))
EMAIL_HOST = _smtp.hostname or "localhost"
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = _smtp.username or ""
EMAIL_HOST_PASSWORD = _smtp.password or ""
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_USE_TLS = _smtp.scheme == "smtp+tls"
EMAIL_TIMEOUT = 5
# To one address, of what its person wants to know: more of it comes together in one message.
MAILS_PER_HOUR = max(1, env.number("KUPLOY_MAILS_PER_HOUR", 12))
DEFAULT_FROM_EMAIL = env.text("KUPLOY_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Transport and content security
_https = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
X_FRAME_OPTIONS = "DENY"
# What the proxy in front decides: redirects to https, sub-domains, browsers' preload lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],  # the admin's own scripts evaluate expressions
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# Files that people upload. They may hold passwords: kept in memory, never written to a disk as they
# came; what is larger is not taken.
IMPORT_ROWS = env.number("KUPLOY_IMPORT_ROWS", 50_000)
IMPORT_BYTES = env.number("KUPLOY_IMPORT_MB", 20) * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_BYTES + 2**20  # with the rest of the form

# Files, languages, time
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.text("KUPLOY_STATIC_ROOT", str(BASE_DIR / ".run" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

UNFOLD = {
    "SITE_TITLE": BRAND,
    "SITE_HEADER": BRAND,
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "plans.admin.start.start_page",
    "SITE_SYMBOL": "mail",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "plans.admin.menu.favicon"},
    ],
    # The panel's accent, lighter and darker.
    "COLORS": {
        "primary": {
            "50": "#eef8fa",
            "100": "#d9eef3",
            "200": "#b5dde6",
            "300": "#8ed2e0",
            "400": "#5fbccd",
            "500": "#3aa6ba",
            "600": "#0a6072",
            "700": "#084c5b",
            "800": "#0a3f4b",
            "900": "#0b343e",
            "950": "#072229",
        },
    },
    "SIDEBAR": {"navigation": "plans.admin.menu.navigation"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("KUPLOY_LOG_LEVEL", "INFO")},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
