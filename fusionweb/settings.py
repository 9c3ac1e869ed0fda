"""Django's settings; what may differ between machines is read in `env.py`."""

import logging
from typing import Any
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from fusionweb.env import BASE_DIR, read_or_make_secret_key, read_settings

VALUES = read_settings()

DEBUG = VALUES["DEBUG"]
ALLOWED_HOSTS = VALUES["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = VALUES["CSRF_TRUSTED_ORIGINS"]

FUSIONWEB_VERSION = "0.1.0"
FUSIONWEB_DATA = VALUES["FUSIONWEB_DATA"]
FUSIONWEB_STATUS_DIRS = VALUES["FUSIONWEB_STATUS_DIRS"] or [FUSIONWEB_DATA / "status"]
FUSIONWEB_CHECKPOINT_DIRS = VALUES["FUSIONWEB_CHECKPOINT_DIRS"] or [FUSIONWEB_DATA / "checkpoints"]
FUSIONWEB_TEMPLATES = VALUES["FUSIONWEB_TEMPLATES"] or [FUSIONWEB_DATA / "templates"]
FUSIONWEB_PROJECT_TEMPLATES = VALUES["FUSIONWEB_PROJECT_TEMPLATES"] or [
    FUSIONWEB_DATA / "project_templates"
]
FUSIONWEB_SESSION_HOURS = VALUES["FUSIONWEB_SESSION_HOURS"]
FUSIONWEB_EXECUTOR = VALUES["FUSIONWEB_EXECUTOR"]
FUSIONWEB_MAX_RUNNING = VALUES["FUSIONWEB_MAX_RUNNING"]
FUSIONWEB_GRACE_SECONDS = VALUES["FUSIONWEB_GRACE_SECONDS"]
FUSIONWEB_STALE_SECONDS = VALUES["FUSIONWEB_STALE_SECONDS"]
FUSIONWEB_HEARTBEAT_SECONDS = VALUES["FUSIONWEB_HEARTBEAT_SECONDS"]
FUSIONWEB_MIN_FREE_BYTES = VALUES["FUSIONWEB_MIN_FREE_MB"] * 1_000_000
FUSIONWEB_SCAN_SECONDS = VALUES["FUSIONWEB_SCAN_SECONDS"]
FUSIONWEB_CLUSTER_TIME_ZONE = ZoneInfo(VALUES["FUSIONWEB_CLUSTER_TIME_ZONE"] or VALUES["TIME_ZONE"])
FUSIONWEB_TRASH_DAYS = VALUES["FUSIONWEB_TRASH_DAYS"]
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
    "django_filters",
    "ninja",
    "django_htmx",
    "runs.apps.RunsConfig",
]

MIDDLEWARE = [
    "runs.http.trace.Trace",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "runs.http.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "runs.http.middleware.ErrorPages",
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
            "libraries": {"show": "runs.web.templatetags.show"},
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
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"


def without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # whoever scans the port must not fill the log with tracebacks
    "filters": {
        "one_line": {"()": "django.utils.log.CallbackFilter", "callback": without_traceback}
    },
    "formatters": {"plain": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": VALUES["LOG_LEVEL"]},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        "django.security.DisallowedHost": {"filters": ["one_line"]},
    },
}
