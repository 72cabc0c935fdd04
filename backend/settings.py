"""The one settings file: what differs between installations comes from the environment or from secret files."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("IOP_DATA", BASE_DIR / "var"))


def given(name: str) -> str:
    """What the file at `NAME_FILE` holds, or `NAME`; empty when neither is set."""
    path = os.environ.get(f"{name}_FILE", "")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, "")


def secret(name: str, development: str = "") -> str:
    """A secret from `NAME_FILE` (a path) or `NAME`; in production a missing one refuses to start."""
    value = given(name)
    if value:
        return value
    if DEBUG and development:
        return development
    message = f"{name} is not set: give it as {name} or as the path of a file in {name}_FILE"
    raise ImproperlyConfigured(message)


def names(variable: str, default: str) -> list[str]:
    """A comma-separated list from the environment."""
    return [item.strip() for item in os.environ.get(variable, default).split(",") if item.strip()]


def whole_number(variable: str, default: int, *, smallest: int, largest: int) -> int:
    """A number from the environment; one out of bounds refuses to start."""
    value = os.environ.get(variable, str(default))
    if not (value.isdecimal() and smallest <= int(value) <= largest):
        message = f"{variable} must be a whole number from {smallest} to {largest}"
        raise ImproperlyConfigured(message)
    return int(value)


def database(url: str) -> dict[str, Any]:
    """Django's connection settings from a `postgres://` address; web processes may share a pool (DATABASE_POOL=1)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        message = "DATABASE_URL must begin with postgres://: no other database has the constraints we rest on"
        raise ImproperlyConfigured(message)
    pooled = os.environ.get("DATABASE_POOL") == "1"
    limits = (
        "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} -c transaction_timeout={}"
    ).format(
        os.environ.get("DATABASE_STATEMENT_TIMEOUT", "5s"),
        os.environ.get("DATABASE_LOCK_TIMEOUT", "2s"),
        os.environ.get("DATABASE_IDLE_TIMEOUT", "10s"),
        # Set by backend.wsgi: it bounds requests alone.
        os.environ.get("DATABASE_TRANSACTION_TIMEOUT", "0"),
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": limits} | ({"pool": {"min_size": 1, "max_size": 8}} if pooled else {}),
    }


DEBUG = os.environ.get("IOP_DEBUG", "0") == "1"
DEMO = os.environ.get("IOP_DEMO", "0") == "1"
SECRET_KEY = secret("SECRET_KEY", development="development-only-secret-key-of-sufficient-length-0123456789")
AUDIT_DIGEST_KEY = secret("AUDIT_DIGEST_KEY", development="development-only-digest-key")
# Under which second factors are encrypted: the newest key first, then those that old rows are still under.
SECOND_FACTOR_KEYS = [
    secret("SECOND_FACTOR_KEY", development="development-only-second-factor-key"),
    *given("SECOND_FACTOR_OLD_KEYS").replace(",", " ").split(),
]
ALLOWED_HOSTS = names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS", "")
# Whose X-Forwarded-For counts; everybody else's is ignored.
TRUSTED_PROXIES = names("TRUSTED_PROXIES", "")

INSTALLED_APPS = [
    "centers.admin_config.GatedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "guardian",
    "audit",  # before auditlog, whose two commands that change the log it replaces
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backend.api",
    "centers",
    "patients",
    "scheduling",
    "groups",
    "reminders",
    "backend",
]

MIDDLEWARE = [
    "backend.api.middleware.RequestGuard",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

# A redirect would drop the body of a POST; an address without its slash is unknown.
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "backend.api.pages.csrf_failure"
ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Every table of these apps lies behind the wall by center (backend.api.wall), but for those with a reason in
# docs/decisions/0006-the-wall.md; `check --deploy` asks the database.
WALL_APPS = ["api", "patients", "scheduling", "groups", "reminders"]
WALL_EXEMPT = ["reminders.Suppression"]
DATABASES = {"default": database(secret("DATABASE_URL", development="postgres://iop@127.0.0.1:5432/iop"))}
REDIS_URL = secret("REDIS_URL", development="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "backend.api.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and the gate ---
AUTH_USER_MODEL = "centers.Staff"
AUTHENTICATION_BACKENDS = ["backend.api.backends.GateBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "centers.breached.BreachedPasswordValidator"},
]
# A file of lines `SHA-1:count` in the order of the hashes, as "Pwned Passwords" is published; none if empty.
BREACHED_PASSWORDS_FILE = os.environ.get("BREACHED_LIST", "")
GUARDIAN_RAISE_403 = False
# W001 asks for guardian's own backend, which knows no dates; the gate asks the same tables.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
ANONYMOUS_USER_NAME = None
GATE_CONTAINERS = ["centers.Center", "patients.Patient"]
GATE_VOCABULARY = "centers.roles.CODENAMES"
# What is read of a patient while a ground of such a type lives is logged under its word and its id.
GATE_LABELED_GROUNDS = {"emergency_access": "emergency"}
# How long an emergency access lasts, how fresh the second factor must be, and how often an hour one may be mistaken.
EMERGENCY_HOURS = int(os.environ.get("EMERGENCY_HOURS", "4"))
EMERGENCY_FACTOR_MINUTES = int(os.environ.get("EMERGENCY_FACTOR_MINUTES", "10"))
EMERGENCY_MISTAKES_PER_HOUR = int(os.environ.get("EMERGENCY_MISTAKES_PER_HOUR", "5"))

ACCOUNT_ADAPTER = "centers.sign_in.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# Attempts are counted in the database (centers/attempts.py), not in the cache, which may be away.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "centers.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "centers.sign_in.SignInTokenStrategy"
SESSION_ENGINE = "centers.sessions"
SIGN_IN_IDLE_MINUTES = whole_number("SIGN_IN_IDLE_MINUTES", 15, smallest=5, largest=60)
SIGN_IN_ABSOLUTE_HOURS = 12
# Whoever holds a role that opens patients must give a second factor; the sample center's people need not.
SECOND_FACTOR_REQUIRED = os.environ.get("SECOND_FACTOR_REQUIRED", "0" if DEBUG or DEMO else "1") == "1"
INVITATION_DAYS = 7
PASSWORD_RESET_MINUTES = 30
# Where people reach this installation; links in messages begin with it.
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")

# --- the audit stream ---
AUDITLOG_LOGENTRY_MODEL = "audit.LogEntry"
# Its own migrations would leave a second log beside ours, empty and unguarded.
MIGRATION_MODULES = {"auditlog": None}
AUDITLOG_DISABLE_ON_RAW_SAVE = False
AUDITLOG_STORE_JSON_CHANGES = True

# --- REST ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "centers.service_sign_in.ServiceAuthentication",
        "centers.sign_in.SignInAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "backend.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "backend.api.schema.Schema",
    "EXCEPTION_HANDLER": "backend.api.errors.problem_response",
    "DEFAULT_THROTTLE_CLASSES": [
        "backend.api.throttles.StaffThrottle",
        "backend.api.throttles.SearchThrottle",
        "backend.api.throttles.ReportThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "staff": os.environ.get("API_RATE", "1200/minute"),
        "search": os.environ.get("SEARCH_RATE", "60/minute"),
        "report": os.environ.get("REPORT_RATE", "30/minute"),
        "stranger": os.environ.get("STRANGER_RATE", "600/minute"),
        "sign_in": "10/minute",
    },
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IOP program management",
    "DESCRIPTION": "Patients, schedules, attendance, rosters, reminders and the log of Intensive Outpatient Programs.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "centers.schema.add_sign_in",
    ],
    # One name for each set of words, wherever a field holds it.
    "ENUM_NAME_OVERRIDES": {
        "AttendanceStatusEnum": "scheduling.models.attendance.Status",
        "ContactKindEnum": "patients.models.contact.ContactPoint.Kind",
        "DischargeReasonEnum": "patients.models.care.DischargeReason",
        "LeadEnum": "scheduling.models.series.Lead",
        "ReminderStateEnum": "reminders.models.Reminder.State",
        "RoleNameEnum": "centers.serializers.ROLE_CHOICES",
        "ServiceCodenameEnum": "centers.service_serializers.SERVICE_CODENAMES",
        "SessionKindEnum": "centers.models.places.SessionKind",
        "SessionStatusEnum": "scheduling.models.sessions.Session.Status",
        "TaskKindEnum": "patients.models.tasks.StaffTask.Kind",
        "WeekdayEnum": "centers.models.places.Weekday",
    },
}

# --- Celery: the broker only wakes workers, the truth is in the database ---
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    # Rounds that waited for a worker are worth nothing beside the next one.
    "plan reminders": {"task": "reminders.tasks.plan", "schedule": 60.0, "options": {"expires": 60}},
    "dispatch reminders": {"task": "reminders.tasks.dispatch", "schedule": 30.0, "options": {"expires": 30}},
    "keep audit partitions ahead": {"task": "audit.tasks.keep_partitions_ahead", "schedule": 86400.0},
    "extend calendars": {"task": "scheduling.tasks.extend_calendars", "schedule": 3600.0},
    "send account mail": {"task": "centers.tasks.send_account_mail", "schedule": 15.0, "options": {"expires": 15}},
    "forget spent attempts": {"task": "centers.tasks.forget_attempts", "schedule": 86400.0},
    "tell of emergency accesses": {
        "task": "patients.tasks.tell_of_emergencies",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "forget stored answers": {"task": "backend.api.tasks.forget_answers", "schedule": 3600.0},
}

# --- reminders ---
MAILBOX_DIR = DATA_DIR / "mailbox"
EMAIL_ADAPTER = os.environ.get("EMAIL_ADAPTER", "reminders.channels.mail.DjangoMail")
SMS_ADAPTER = os.environ.get("SMS_ADAPTER", "reminders.channels.sandbox.SandboxSms")
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH", str(MAILBOX_DIR / "email"))
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = secret("EMAIL_HOST_PASSWORD", development=" ").strip() if EMAIL_HOST_USER else ""
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "0") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "appointments@localhost")

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", DATA_DIR / "static"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- transport: a proxy ends TLS in production ---
if not DEBUG:
    SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # `iop.py up` serves plain HTTP on loopback, where some browsers keep no secure cookie.
    SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT
    CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = SIGN_IN_ABSOLUTE_HOURS * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Values never reach a log line: requests are logged by route and status, database errors by their code.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "fido2": {"level": "WARNING"},  # it names keys as it meets them
    },
}
