"""All settings, read from the environment (``NAME_FILE`` reads a secret from a file). Listed in docs/settings.md."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

from webhooks_platform.celery_broker import queues

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-debug" * 4) if DEBUG else env.str("SECRET_KEY")
# Fernet keys, newest first: the first one writes, all of them read.
_DEBUG_ENCRYPTION_KEYS = ["b25seS1mb3ItZGVidWctLW9ubHktZm9yLWRlYnVnLS0="] if DEBUG else environ.Env.NOTSET
ENCRYPTION_KEYS: list[str] = [
    key for part in env.list("ENCRYPTION_KEYS", default=_DEBUG_ENCRYPTION_KEYS) for key in part.split()
]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "campaigns",
    "delivery",
    "notifications",
    "templates_lib",
    "audience",
    "channels",
    "accounts",
    "frontend",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "django_cotton",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "webhooks_platform.base.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "webhooks_platform.base.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "webhooks_platform.base.answers.ProductErrorMiddleware",
]

ROOT_URLCONF = "webhooks_platform.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.contrib.humanize.templatetags.humanize"],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context.workspace",
            ],
        },
    }
]
ASGI_APPLICATION = "webhooks_platform.asgi.application"

# --- Servers -------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {"default": env.db("DATABASE_URL")}
# A pooled connection is looked at before it is used: a database that was restarted costs nobody an error.
DATABASES["default"]["ENGINE"] = "webhooks_platform.base.postgresql"
# Seconds, for each address of the server. Without it a machine that is gone, rather than a server, is waited for 130.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL_SIZE", default=16),
    "timeout": 30,
}
# What lanes say again and again is planned once for each connection: a seventh of the database's time for a delivery.
PREPARED_STATEMENTS = env.bool("DATABASE_PREPARED_STATEMENTS", default=True)
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 2 if PREPARED_STATEMENTS else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Celery: queues `lanes`, `control`, `bulk` (docs/decisions/0001) --------------------------------
CELERY_BROKER_URL = env.str("BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_QUEUES = queues()
CELERY_TASK_DEFAULT_QUEUE = "control"
CELERY_TASK_ROUTES = {
    "delivery.deliver": {"queue": "lanes"},
    "audience.import_run": {"queue": "bulk"},
    "audience.erasures_sweep": {"queue": "bulk"},
    "audience.erasures_again": {"queue": "bulk"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Recovery never waits for redelivery: the sweep finds due rows. The timeout only has to be far above a lane's slice.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "delivery.sweep", "schedule": timedelta(seconds=2), "options": {"expires": 10}},
    "launch-due": {"task": "campaigns.launch_due", "schedule": timedelta(seconds=5), "options": {"expires": 30}},
    "imports": {"task": "audience.imports_sweep", "schedule": timedelta(seconds=15), "options": {"expires": 15}},
    "figures": {"task": "notifications.figures", "schedule": timedelta(seconds=10), "options": {"expires": 10}},
    "partitions": {"task": "notifications.partitions", "schedule": timedelta(hours=1)},
    "erasures": {"task": "audience.erasures_sweep", "schedule": timedelta(seconds=30), "options": {"expires": 30}},
    "erasures-again": {"task": "audience.erasures_again", "schedule": timedelta(hours=1)},
    "rejects": {"task": "audience.rejects_retention", "schedule": timedelta(hours=6)},
    "channels": {"task": "channels.forget", "schedule": timedelta(hours=1)},
    "retention": {"task": "notifications.retention", "schedule": timedelta(hours=6)},
}
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE_FILE", default=str(BASE_DIR / ".data" / "beat-schedule"))

# --- Delivery (docs/decisions/0001; numbers measured, see docs/benchmarks.md) -----------------------
LANE_SLOTS_PER_RUN = env.int("LANE_SLOTS_PER_RUN", default=4)
LANE_IN_FLIGHT = env.int("LANE_IN_FLIGHT", default=250)
LANE_BATCH = env.int("LANE_BATCH", default=500)
LANE_SLICE_SECONDS = env.float("LANE_SLICE_SECONDS", default=5.0)
# Notifications and attempts are kept this many months after their own; headers and bodies by retention class.
LEDGER_RETENTION_MONTHS = env.int("LEDGER_RETENTION_MONTHS", default=13)

# --- Outgoing HTTP ----------------------------------------------------------------------------------
OUTBOUND_ALLOWED_ADDRESSES = env.list("OUTBOUND_ALLOWED_ADDRESSES", default=[])
OUTBOUND_PORTS = env.list("OUTBOUND_PORTS", cast=int, default=[80, 443])
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")
OUTBOUND_PROXY = env.str("OUTBOUND_PROXY", default="")
OUTBOUND_PROXY_ENFORCES = env.bool("OUTBOUND_PROXY_ENFORCES", default=False)
DEMO_RECEIVER_URL = env.str("DEMO_RECEIVER_URL", default="")

# --- Accounts ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SIGN_UP_OPEN = env.bool("SIGN_UP_OPEN", default=True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignUpNameForm"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.SignInForm",
    "signup": "accounts.sign_in_forms.SignUpForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.NewPasswordForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Tries are counted by the address of the client, which behind proxies is found in X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="none")
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PREVENT_ENUMERATION = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webhooks@localhost")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- Security of pages ------------------------------------------------------------------------------
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
# Browsers share cookies between the ports of a host: products side by side would sign each other's people out.
COOKIE_SUFFIX = env.str("COOKIE_SUFFIX", default="")
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"sessionid{COOKIE_SUFFIX}", f"csrftoken{COOKIE_SUFFIX}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
# Whether all subdomains speak HTTPS, and belong on the preload list, only the operator knows.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Files, language, time --------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".data" / "media"))
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webhooks_platform.base.static_files.VersionedStaticFiles"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- API --------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "webhooks_platform.base.answers.drf_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Webhook campaigns API",
    "VERSION": "1",
    # Pydantic's own schemas need 3.1: null is a type there.
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "webhooks_platform.base.api.tags_in_sentence_case",
    ],
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "webhooks_platform.base.error_reports.WithoutValues"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
