"""All settings, read top to bottom. What differs between machines comes from the environment."""

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config.environment import database, env, env_bool, env_int, env_list, env_secret, is_set
from config.static_files import fingerprint

BASE_DIR = Path(__file__).resolve().parent.parent

# --- The installation ---------------------------------------------------------------------------
SECRET_KEY = env_secret("QUIETLEDGER_SECRET_KEY")
QUIETLEDGER_KEYS = env("QUIETLEDGER_KEYS", "")
# What returns the holder of the key-encryption keys (accounts.crypto.KeyAdapter).
QUIETLEDGER_KEY_ADAPTER = env("QUIETLEDGER_KEY_ADAPTER", "accounts.crypto.key_ring")
QUIETLEDGER_DEMO = env_bool("QUIETLEDGER_DEMO")
BASE_URL = env("QUIETLEDGER_BASE_URL", "http://127.0.0.1:8000")
INSECURE_HTTP = env_bool("QUIETLEDGER_INSECURE_HTTP")
DEBUG = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "audit",
    "accounts",
    "ledger",
    "clients",
    "billing",
    "config.dev",
]

# --- PostgreSQL, as four roles; migrations run as the owner -------------------------------------
DATABASES: dict[str, Any] = {
    "default": database("DATABASE_URL"),
    "gate": database("DATABASE_GATE_URL"),
}
for _alias, _name in (("owner", "DATABASE_OWNER_URL"), ("backup", "DATABASE_BACKUP_URL")):
    # A deployed web server or worker is not told how to become the owner: only commands are.
    if is_set(_name):
        DATABASES[_alias] = database(_name)
if "owner" in DATABASES:
    for _alias in DATABASES.keys() - {"owner"}:
        DATABASES[_alias]["TEST"] = {"MIRROR": "owner"}
DATABASE_ROUTERS = ["accounts.router.RoleRouter"]
for _role in ("default", "gate"):
    # A pooler in transaction mode hands a connection on after each commit.
    DATABASES[_role]["DISABLE_SERVER_SIDE_CURSORS"] = True

# --- Queue and cache: never the truth, never PHI ------------------------------------------------
REDIS_URL = env("REDIS_URL")
_broker_is_socket = urlsplit(REDIS_URL).scheme == "unix"
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://") if _broker_is_socket else REDIS_URL
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "redrive": {"task": "billing.tasks.redrive", "schedule": 20.0},
    "mail": {"task": "accounts.tasks.send_mail", "schedule": 20.0},
    "spray": {"task": "accounts.tasks.watch_for_spray", "schedule": 20.0},
    "refusals": {"task": "accounts.tasks.copy_failed_sign_ins", "schedule": 60.0},
    "forgotten-sessions": {"task": "accounts.tasks.end_forgotten_sessions", "schedule": 600.0},
    "drafts": {"task": "accounts.tasks.forget_drafts", "schedule": 900.0},
    "resets": {"task": "accounts.tasks.answer_resets", "schedule": 20.0},
    "reminders": {"task": "accounts.tasks.remind_of_passwords", "schedule": 3600.0},
    "clean-up": {"task": "accounts.tasks.clean_up", "schedule": 3600.0},
    "checkpoints": {"task": "accounts.tasks.write_checkpoints", "schedule": 60.0},
    # Twice a minute: what is seen raises its case within a minute, also when a round waits.
    "alerts": {"task": "clients.tasks.read_logs", "schedule": 30.0},
    "client-files": {"task": "clients.tasks.redrive_files", "schedule": 20.0},
    "reviews": {"task": "accounts.tasks.open_reviews", "schedule": 3600.0},
    "log-reviews": {"task": "clients.tasks.open_log_reviews", "schedule": 3600.0},
    "keys": {"task": "accounts.tasks.rotate_keys", "schedule": 120.0},
    "pulls": {"task": "billing.tasks.pull_all", "schedule": 60.0},
    "client-reminders": {"task": "billing.tasks.remind_all", "schedule": 1800.0},
    "recurring-bills": {"task": "billing.tasks.make_recurring", "schedule": 900.0},
    "packages-that-ran-out": {"task": "billing.tasks.expire_packages", "schedule": 900.0},
    "billing": {"task": "billing.tasks.bill_periods", "schedule": 600.0},
}

# --- People and sessions ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PracticeBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:sign_in"
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
# Failures from devices that nobody knows, in ten minutes: names that alarm, tries that are allowed.
SPRAY_NAMES = env_int("SPRAY_NAMES", 50)
SPRAY_TRIES_MAX = env_int("SPRAY_TRIES_MAX", 100)
OPERATOR_MAIL = env("OPERATOR_MAIL", "")
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = env_int("SESSION_IDLE_SECONDS", 600)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Browsers keep secure cookies from 127.0.0.1 too, so that the demo differs in nothing here.
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

MIDDLEWARE = [
    "accounts.middleware.request_id",
    "accounts.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.refusals",
    "accounts.api.access.faults",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.api.access.programs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.session_timeout",
    "accounts.middleware.key_renewal",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.person",
    "accounts.middleware.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.card_number_guard",
    "accounts.middleware.practice",
]

# --- Headers --------------------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
# With "no-referrer" a browser sends "Origin: null", which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not INSECURE_HTTP
if not INSECURE_HTTP and TRUSTED_PROXIES:
    # Where no proxy of ours stands, whoever asks could claim that they came over https.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default", "inspected"],
    }
}

# --- Pages ----------------------------------------------------------------------------------------
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.frame",
            ],
            "builtins": ["accounts.templatetags.face"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_URL = f"/static/{fingerprint(STATICFILES_DIRS, version('django-htmx'))}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
# The address changes with what is in the files, so a browser never has to ask again.
WHITENOISE_IMMUTABLE_FILE_TEST = "^/static/"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# Never on the disk: a file is taken into memory, and only where a page asks for one.
FILE_UPLOAD_HANDLERS = ["accounts.uploads.InMemory"]

# --- Programs: tokens only, no session, no cookie -------------------------------------------------
API_COST_PER_MINUTE = env_int("API_COST_PER_MINUTE", 300)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.encoding.JsonAnswer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.encoding.JsonBody"],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Quietledger",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": True,
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "SECURITY": [{"token": []}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["accounts.api.description.finished"],
}

# --- Stripe -------------------------------------------------------------------------------------
STRIPE_API_BASE = env("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_CHECKOUT_ORIGIN = env("STRIPE_CHECKOUT_ORIGIN", "https://checkout.stripe.com")

# --- Medical-record systems: on the public network only, unless the operator says otherwise ------
EHR_PRIVATE_NETWORKS = env_bool("EHR_PRIVATE_NETWORKS") or QUIETLEDGER_DEMO

# --- Outside the database -------------------------------------------------------------------------
AUDIT_CHECKPOINT_DIRS = env_list("AUDIT_CHECKPOINT_DIRS", "", os.pathsep)
EMAIL_FILE_DIR = env("EMAIL_FILE_DIR", "")
EMAIL_FILE_PATH = EMAIL_FILE_DIR or None
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'filebased' if EMAIL_FILE_DIR else 'smtp'}.EmailBackend"
)
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = not env_bool("EMAIL_WITHOUT_TLS")
EMAIL_TIMEOUT = 10
MAIL_FROM = env("MAIL_FROM", "Quietledger <no-reply@localhost>")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_row_values": {"()": "accounts.logs.NoRowValues"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_row_values"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        "stripe": {"level": "WARNING"},
    },
}
