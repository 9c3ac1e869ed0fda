"""Django's settings; what may differ between machines is read in `env.py`."""

import logging
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from fusionweb.env import BASE_DIR, read_or_make_secret_key, read_settings

VALUES = read_settings()

DEBUG = VALUES["DEBUG"]
ALLOWED_HOSTS = VALUES["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = VALUES["CSRF_TRUSTED_ORIGINS"]

HTTPS = VALUES["FUSIONWEB_HTTPS"]
FUSIONWEB_TRUSTED_PROXIES = VALUES["FUSIONWEB_TRUSTED_PROXIES"]
FUSIONWEB_LOGINS_PER_MINUTE = VALUES["FUSIONWEB_LOGINS_PER_MINUTE"]
FUSIONWEB_RUNS_PER_MINUTE = VALUES["FUSIONWEB_RUNS_PER_MINUTE"]

FUSIONWEB_VERSION = "0.1.0"
FUSIONWEB_DATA = VALUES["FUSIONWEB_DATA"]
FUSIONWEB_STATUS_DIRS = VALUES["FUSIONWEB_STATUS_DIRS"] or [FUSIONWEB_DATA / "status"]
FUSIONWEB_CHECKPOINT_DIRS = VALUES["FUSIONWEB_CHECKPOINT_DIRS"] or [FUSIONWEB_DATA / "checkpoints"]
FUSIONWEB_TEMPLATES = VALUES["FUSIONWEB_TEMPLATES"] or [FUSIONWEB_DATA / "templates"]
FUSIONWEB_PROJECT_TEMPLATES = VALUES["FUSIONWEB_PROJECT_TEMPLATES"] or [
    FUSIONWEB_DATA / "project_templates"
]
FUSIONWEB_SESSION_HOURS = VALUES["FUSIONWEB_SESSION_HOURS"]
FUSIONWEB_TOPOLOGIES = VALUES["FUSIONWEB_TOPOLOGIES"] or [FUSIONWEB_DATA / "topologies"]
FUSIONWEB_EXECUTOR = VALUES["FUSIONWEB_EXECUTOR"]
FUSIONWEB_MAX_RUNNING = VALUES["FUSIONWEB_MAX_RUNNING"]
FUSIONWEB_GRACE_SECONDS = VALUES["FUSIONWEB_GRACE_SECONDS"]
FUSIONWEB_STALE_SECONDS = VALUES["FUSIONWEB_STALE_SECONDS"]
FUSIONWEB_HEARTBEAT_SECONDS = VALUES["FUSIONWEB_HEARTBEAT_SECONDS"]
FUSIONWEB_MIN_FREE_BYTES = VALUES["FUSIONWEB_MIN_FREE_MB"] * 1_000_000
FUSIONWEB_SCAN_SECONDS = VALUES["FUSIONWEB_SCAN_SECONDS"]
FUSIONWEB_CLUSTER_TIME_ZONE = ZoneInfo(VALUES["FUSIONWEB_CLUSTER_TIME_ZONE"] or VALUES["TIME_ZONE"])
FUSIONWEB_TRASH_DAYS = VALUES["FUSIONWEB_TRASH_DAYS"]
FUSIONWEB_EVENT_DAYS = VALUES["FUSIONWEB_EVENT_DAYS"]
FUSIONWEB_DISK_ALERT_PERCENT = VALUES["FUSIONWEB_DISK_ALERT_PERCENT"]
FUSIONWEB_PUBLIC_ADDRESS = VALUES["FUSIONWEB_PUBLIC_ADDRESS"].rstrip("/")
FUSIONWEB_ALERT_EMAILS = VALUES["FUSIONWEB_ALERT_EMAILS"]
FUSIONWEB_ALERT_WEBHOOK = VALUES["FUSIONWEB_ALERT_WEBHOOK"]

SECRET_KEY = VALUES["SECRET_KEY"] or read_or_make_secret_key(FUSIONWEB_DATA / "secret_key")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "axes",
    "django_filters",
    "ninja",
    "django_htmx",
    "runs.apps.RunsConfig",
]

MIDDLEWARE = [
    "runs.http.trace.Trace",
    "runs.http.body_limit.BodyLimit",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "runs.http.middleware.AnswerPolicies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "runs.http.middleware.ErrorPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fusionweb.urls"
ASGI_APPLICATION = "fusionweb.asgi.application"

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
                "runs.web.context.frame",
            ],
            "libraries": {
                "batches": "runs.web.templatetags.batches",
                "show": "runs.web.templatetags.show",
            },
        },
    },
]


def database() -> dict[str, Any]:
    """SQLite is tuned for two writers, web and supervisor: see DESIGN.md, measured table."""
    url = VALUES["DATABASE_URL"] or f"sqlite:///{FUSIONWEB_DATA / 'fusionweb.sqlite3'}"
    try:
        config = environ.Env.db_url_config(url)
    except (ValueError, KeyError, environ.ImproperlyConfigured):
        config = {}
    if not config.get("ENGINE", "").startswith("django.db.backends."):
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be used: expected an address such as postgres://user@host/name"
        )
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;",
        }
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [VALUES["REDIS_URL"]]},
    }
    if VALUES["REDIS_URL"]
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

CACHES: dict[str, Any] = {
    # what a process counts for itself, such as the rows of a list
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # what all web processes count together, where they can
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": VALUES["REDIS_URL"],
        "KEY_PREFIX": "fusionweb",
    }
    if VALUES["REDIS_URL"]
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

AUTHENTICATION_BACKENDS = [
    # refuses who is locked out, before any password is looked at
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = VALUES["FUSIONWEB_LOGIN_ATTEMPTS"]
AXES_COOLOFF_TIME = timedelta(minutes=VALUES["FUSIONWEB_LOGIN_LOCK_MINUTES"])
# Both together: nobody can lock somebody else out from another machine.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "runs.web.views.account.locked_out"
AXES_CLIENT_IP_CALLABLE = "runs.http.address.address_of_request"
AXES_RESET_ON_SUCCESS = True
# Who goes on trying while locked out is not locked out for longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Logins are events of ours.
AXES_DISABLE_ACCESS_LOG = True
# Our own page in the admin site is for all of staff.
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "runs.web.views.errors.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = VALUES["TIME_ZONE"]
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static"
# Third-party files are installed by npm and served from here, never committed.
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/uplot", BASE_DIR / "node_modules" / "uplot" / "dist"),
    ("vendor/ansi_up", BASE_DIR / "node_modules" / "ansi_up"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DEFAULT_FROM_EMAIL = VALUES["FUSIONWEB_EMAIL_FROM"]
EMAIL_TIMEOUT = 10
# Without a mail server nothing may try the one of this machine.
vars().update(environ.Env.email_url_config(VALUES["EMAIL_URL"] or "dummymail://"))

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Probes ask this machine directly.
SECURE_REDIRECT_EXEMPT = [r"^health(/|$)", r"^metrics$"]
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    # HSTS for hosts below ours, and in the lists of browsers: not ours to promise
    "security.W005",
    "security.W021",
]
if not HTTPS:
    # A lab may serve http within a network that it trusts: HSTS, redirect, secure cookies.
    SILENCED_SYSTEM_CHECKS += [f"security.W0{number:02}" for number in (4, 8, 12, 16)]


def without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def has_stack(record: logging.LogRecord) -> bool:
    return record.exc_info is not None


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # whoever scans the port must not fill the log with tracebacks
    "filters": {
        "one_line": {"()": "django.utils.log.CallbackFilter", "callback": without_traceback},
        "failures": {"()": "django.utils.log.CallbackFilter", "callback": has_stack},
    },
    "formatters": {
        "plain": {
            "()": "runs.logs.Plain",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "runs.logs.Json"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": VALUES["FUSIONWEB_LOG_FORMAT"],
        }
    },
    "root": {"handlers": ["stderr"], "level": VALUES["LOG_LEVEL"]},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # every request has a line of its own already; this one has the stack of what failed
        "django.request": {"filters": ["failures"]},
        "django.security.DisallowedHost": {"filters": ["one_line"]},
    },
}
