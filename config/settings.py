"""Parley's settings, all from the environment. `.env.example` names and explains each one."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from csp.constants import SELF
from django.utils.translation import gettext_lazy as _

from config import error_tracking
from config.cache import cache_place
from config.env import (
    Environment,
    data_directory,
    database,
    development_secrets,
    field_keys,
    networks,
    one_of,
    required,
)
from config.keeping import retention_from
from config.logs import logging_to_console
from config.mailbox import mailbox_address, mailbox_place
from config.people import PEOPLE, oidc_place
from config.providers import providers_from
from config.queue_kind import queue_kind

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
TESTING = "pytest" in sys.modules
if not TESTING:  # the suite proves the product, not this machine's settings
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = data_directory(Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))))

# --- Secrets

_made = development_secrets(DATA_DIR / "secrets.env") if DEBUG or TESTING else {}
SECRET_KEY = required(env, "SECRET_KEY", _made)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Fernet keys for secrets at rest: the first encrypts, all decrypt, so keys can be rotated.
FIELD_KEYS = field_keys(env, _made)

# --- Where the site is

PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Parley")
SITE_IS_SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[".localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- The application

INSTALLED_APPS = [
    "accounts",
    "meetings",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "huey.contrib.djhuey",
    "template_partials.apps.SimpleAppConfig",
]
MIDDLEWARE = [
    "meetings.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "accounts.middleware.PlainCookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.DoerMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionTrailMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "accounts.guard.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "meetings.middleware.HtmxVaryMiddleware",
    "meetings.middleware.PauseMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "meetings.context_processors.site",
                "accounts.context_processors.people",
            ],
            # Partials outermost, then the cache, then cotton: other orders cannot find page#part.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "meetings.templatetags.icons",
                "meetings.templatetags.people",
                "meetings.templatetags.times",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.FormRenderer"
COTTON_DIR = "components"

# --- Data

DATABASES = {
    "default": database(
        env.db("DATABASE_URL", default=f"sqlite:///{quote(str(DATA_DIR))}/parley.sqlite3"),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": cache_place(env.cache("CACHE_URL", default=REDIS_URL or "dbcache://parley_cache"))
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1500  # a decision for each date of the longest series that ends
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a cache may bring old ones back
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SESSION_COOKIE_SAMESITE = "Lax"

# --- Background work: tasks run by huey

TASK_QUEUE = queue_kind(
    env.str("TASK_QUEUE", default=""), redis_url=REDIS_URL, database=DATABASES["default"]
)
TASKS = {"default": {"BACKEND": "huey.contrib.djhuey.tasks_backend.HueyBackend"}}
HUEY = {
    "huey_class": "config.huey.TaskQueue",
    "name": "parley",
    "immediate": False,
    # An idle worker looks every half second: what people wait for starts at once, also while the
    # mail server hangs for those who send and read mails.
    "consumer": {"workers": 4, "max_delay": 0.5},
}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
}
if REDIS_URL:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "parley"},
    }

# --- People: django-allauth

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
# Who may sign up: "open", "invitation", "domain" (see SIGNUP_DOMAINS) or "closed".
SIGNUP = env.str("SIGNUP", default="open")
SIGNUP_DOMAINS = [domain.lower() for domain in env.list("SIGNUP_DOMAINS", default=[])]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.entrance.LoginForm",
    "signup": "accounts.forms.entrance.SignupForm",
    "add_email": "accounts.forms.entrance.AddEmailForm",
    "change_password": "accounts.forms.entrance.ChangePasswordForm",
    "set_password": "accounts.forms.entrance.SetPasswordForm",
    "reset_password": "accounts.forms.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.entrance.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.entrance.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Besides allauth's own: tries at the setup code; wrong sign-in and invitation links; wrong links to
# meetings and rooms; wrong addresses of calendar feeds (services read many from one address of
# theirs, also dead ones); wrong addresses for providers' events. And answers of one guest: the
# organizer gets a mail for each change.
ACCOUNT_RATE_LIMITS = {
    "first_run": "10/m/ip",
    "link": "20/m/ip",
    "unknown_link": "20/m/ip",
    "unknown_feed": "60/m/ip",
    "unknown_hook": "60/m/ip",
    "answer": "20/h/key",
    "my_data": "20/h/ip,3/h/key",
    "hand_over": "20/h/user",
    "connection_test": "20/m/ip",
    # Wrong ones only. One address alone cannot use up what a link allows.
    "passcode": "15/10m/ip,200/h/key",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# Who must have a second factor: "optional" (nobody), "staff" (for the administration), "everyone"
SECOND_FACTOR = env.str("SECOND_FACTOR", default="optional")
OIDC = oidc_place(env)
# Whether people sign in here by password or passkey, too; else at the OpenID provider only
LOCAL_SIGN_IN = env.bool("LOCAL_SIGN_IN", default=True)
vars().update(PEOPLE)

# --- Mail: files on a development machine, SMTP elsewhere

_mail = env.email("EMAIL_URL", default="filemail://" if DEBUG else "smtp://localhost:25")
vars().update(_mail)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20
# A mail service instead, by its name at django-anymail; its own settings as NAME=value,…
EMAIL_SERVICE = env.str("EMAIL_SERVICE", default="")
ANYMAIL = env.dict("EMAIL_SERVICE_OPTIONS", default={}) | {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
if EMAIL_SERVICE:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_SERVICE}.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Parley <parley@localhost>")
# Where answers of calendar programs and mails that could not be delivered come back to
MAILBOX = mailbox_place(env.str("MAILBOX_URL", default=""))
MAILBOX_ADDRESS = mailbox_address(
    env.str("MAILBOX_ADDRESS", default=""), MAILBOX, DEFAULT_FROM_EMAIL
)

# --- Languages and time: instants are UTC; people have their own zones

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# --- Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Straight from the source folders; a production start collects and hashes them first.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "config.storage.HashedModuleStorage"
    },
}

# --- Safety

# Whether sub-domains keep to https as well, and say so to browsers for years, is the operator's to
# decide (HSTS_PRELOAD).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from within
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if SITE_IS_SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY = {
    "camera": ["self"],
    "microphone": ["self"],
    "display-capture": ["self"],
    "fullscreen": ["self"],
    "geolocation": [],
    "payment": [],
    "usb": [],
}

# --- Providers, by alias (docs/providers.md)

MEETING_PROVIDERS = providers_from(os.environ)
# Whether an account that was typed into the admin may call an address inside our own network.
ALLOW_PRIVATE_PROVIDERS = env.bool("ALLOW_PRIVATE_PROVIDERS", default=False)

# --- The built-in room

# Minutes in which people come back without waiting after a host ended a meeting and reopened it
RETURN_WITHIN_MINUTES = env.int("RETURN_WITHIN_MINUTES", default=30)
# Seconds that a door's state is remembered, for the many pages that ask whether it has changed
DOOR_REMEMBERED = env.float("DOOR_REMEMBERED", default=0.5)
BUILTIN_ROOM_MAX_PEERS = env.int("BUILTIN_ROOM_MAX_PEERS", default=6)
BUILTIN_ROOM_GRACE = env.int("BUILTIN_ROOM_GRACE", default=20)
BUILTIN_ROOM_RELAY_ONLY = env.bool("BUILTIN_ROOM_RELAY_ONLY", default=False)
ICE_STUN_URLS = env.list("ICE_STUN_URLS", default=[])
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", default="")
TURN_TTL = env.int("TURN_TTL", default=3600)

# --- How long things are kept, in days (docs/privacy.md)

RETENTION = retention_from(env)
# Whether the audit log holds the network address that something was done from
AUDIT_ADDRESSES = env.bool("AUDIT_ADDRESSES", default=True)

# --- Demo

DEMO = env.bool("DEMO", default=False)

# --- Knowing (docs/operations.md): logs on one console, which is told no link that lets people in

LOG_FORMAT = env.str("LOG_FORMAT", default="console" if DEBUG or TESTING else "json")
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)  # a line for each
LOGGING = logging_to_console(
    form=one_of("LOG_FORMAT", LOG_FORMAT, {"console", "json"}),
    level=env.str("LOG_LEVEL", default="INFO"),
    addresses=env.bool("LOG_ADDRESSES", default=False),
)
# Who may read /metrics: who says the token, or who asks from one of these networks; else nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ALLOWED = networks(env, "METRICS_ALLOWED")
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")  # read by its library
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN and not TESTING:
    error_tracking.start(SENTRY_DSN, site=SITE_URL)

if TESTING:
    DOOR_REMEMBERED = 0.0  # tests change the database without telling anybody
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
