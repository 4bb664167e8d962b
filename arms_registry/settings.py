"""Settings: one file, safe as it stands; the environment is read here and nowhere else.

| variable | default | what it sets |
|---|---|---|
| DATABASE_URL | the file register.sqlite3 | SQLite file or PostgreSQL (postgres://user:password@host/name) |
| DATABASE_REPLICA_URLS | none | comma-separated PostgreSQL replicas, which public reads go to |
| SECRET_KEY | made once, kept in .secret_key | signs sessions and cursors |
| DEBUG | off | Django's debug pages: never on a public server |
| ALLOWED_HOSTS | this machine only | comma-separated host names that the server answers to |
| RELEASES_DIR | the folder releases | where releases of the register are built and served from |
| EXPORTS_DIR | the folder exports | where large downloads are kept while they are asked for |
| EXPORTS_MEGABYTES | 4000 | how much of them is kept at most |
| EXPORTS_DAYS | 7 | days after its last use that a download is kept at most |
| WEB_CONCURRENCY | one for each core, at most 4 | processes that the server answers with |
| API_SECONDS | 10 | seconds that the database may work on one answer of the API |
| API_THROTTLE | off | requests a client, period and process that the API answers, such as 600/min |
| PUBLISH_OWN | off | whether a reviewer may publish a transfer that they edited themselves |
| ARTICLE_FETCH | off | whether articles may be fetched from public addresses that curators enter |
| EMAIL_URL | no mail | where messages about reviews are sent through: smtp+tls://user:password@host:587 |
| EMAIL_FROM | arms-registry@localhost | whom these messages come from |
| TRUSTED_PROXIES | 0 | how many proxies before the server say who asks (X-Forwarded-For), and how (-Proto) |
| CSRF_TRUSTED_ORIGINS | none | comma-separated origins (https://…) of the admin behind a proxy |
"""

import os
import re
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from arms_registry import __version__

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# For this process and those of exports: Arrow's own allocator keeps what it needs no more.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def _secret_key(path: Path) -> str:
    """Read the key, or make one that only the owner can read; two starts at once agree on one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


SECRET_KEY = env.str("SECRET_KEY", "") or _secret_key(BASE_DIR / ".secret_key")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "transfers",  # first, for its templates of the admin
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
]

MIDDLEWARE = [
    "transfers.api.middleware.PublicAPI",
    "transfers.availability.outage.Outage",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "arms_registry.urls"
WSGI_APPLICATION = "arms_registry.wsgi.application"
ASGI_APPLICATION = "arms_registry.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

#: A host that is dead costs seconds, not the minutes that TCP would wait.
_TIMEOUTS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}


def _postgresql(database: dict[str, Any]) -> dict[str, Any]:
    """Return the database with the options of every connection to PostgreSQL; those of its URL win."""
    options = _TIMEOUTS | database.get("OPTIONS", {})
    return database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _replica(number: int, url: str) -> dict[str, Any]:
    """Return the database of a replica, to which PostgreSQL itself refuses to write."""
    try:
        database = env.db_url_config(url.strip()) if re.match(r"\s*(postgres(ql)?|p(g)?sql)://", url) else {}
    except ValueError:
        database = {}
    if not database.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URLS takes PostgreSQL databases (postgres://user:password@host/name),"
            f" which number {number} is not."
        )
    database = _postgresql(database)
    database["OPTIONS"]["connect_timeout"] = 2  # the least that libpq takes
    options = str(database["OPTIONS"].get("options", ""))
    database["OPTIONS"]["options"] = f"{options} -c default_transaction_read_only=on".strip()
    return database | {"TEST": {"MIRROR": "default"}}


_FILE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(BASE_DIR / "register.sqlite3")}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL") if env.str("DATABASE_URL", "") else _FILE
}
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening the file and its pragmas takes longer than a page
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits its turn at the start, not at its first write
        "timeout": 20,
        "init_command": "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-16000;"  # kilobytes a thread: what is asked often is not read again
        " PRAGMA recursive_triggers=ON;",  # so that REPLACE, too, meets the append-only triggers
    }
    # An import holds the file until its end: who is logged in is kept beside it, so that people can log in.
    SESSION_ENGINE = "django.contrib.sessions.backends.file"
    SESSION_FILE_PATH = f"{Path(DATABASES['default']['NAME']).resolve()}-sessions"
else:
    DATABASES["default"] = _postgresql(DATABASES["default"])
_REPLICA_URLS = env.list("DATABASE_REPLICA_URLS", default=[])
if _REPLICA_URLS:
    if not str(DATABASES["default"]["ENGINE"]).endswith("postgresql"):
        raise ImproperlyConfigured("DATABASE_REPLICA_URLS needs a PostgreSQL database in DATABASE_URL.")
    DATABASE_ROUTERS = ["transfers.availability.replicas.Router"]
    DATABASES |= {f"replica{number}": _replica(number, url) for number, url in enumerate(_REPLICA_URLS, 1)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

#: Whether those whom a review concerns are told by e-mail.
REVIEW_MAIL = bool(env.str("EMAIL_URL", ""))
if REVIEW_MAIL:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "arms-registry@localhost")

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
PUBLISH_OWN = env.bool("PUBLISH_OWN", False)
ARTICLE_FETCH = env.bool("ARTICLE_FETCH", False)
RELEASES_DIR = Path(env.str("RELEASES_DIR", "") or BASE_DIR / "releases")
WORKERS = env.int("WEB_CONCURRENCY", min(os.cpu_count() or 1, 4))
EXPORTS_DIR = Path(env.str("EXPORTS_DIR", "") or BASE_DIR / "exports")
EXPORTS_MEGABYTES = env.int("EXPORTS_MEGABYTES", 4000)
EXPORTS_DAYS = env.int("EXPORTS_DAYS", 7)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

#: What one request keeps for the next, in each process; who asked how often is kept apart, so that neither
#: pushes the other out.
_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _MEMORY, "OPTIONS": {"MAX_ENTRIES": 10_000}},
    "answers": {"BACKEND": _MEMORY, "LOCATION": "answers", "OPTIONS": {"MAX_ENTRIES": 250}},
    "throttle": {"BACKEND": _MEMORY, "LOCATION": "throttle", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # the admin's own files are served without a collectstatic step

APPEND_SLASH = False
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "transfers.admin.editing.errors.refuse_csrf"

API_SECONDS = env.int("API_SECONDS", 10)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
API_THROTTLE = env.str("API_THROTTLE", "")
if API_THROTTLE and not re.fullmatch(r"[1-9][0-9]*/(s|sec|m|min|h|hour|d|day)", API_THROTTLE):
    raise ImproperlyConfigured(f"API_THROTTLE must be a rate such as 600/min, not {API_THROTTLE!r}.")
REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "transfers.api.resources.schema.Schema",
    "EXCEPTION_HANDLER": "transfers.api.errors.handle",
    "NUM_PROXIES": TRUSTED_PROXIES,
}

SPECTACULAR_SETTINGS: dict[str, object] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "arms_registry",
    "VERSION": __version__,
    "DESCRIPTION": "A register of arms transfers in which every figure leads to its source. Nothing that is"
    " asked is ignored: what cannot be answered as it stands is a 400 that says why.",
    "LICENSE": {"name": "CC BY 4.0 (the data)", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "DEFAULT_GENERATOR_CLASS": "transfers.api.resources.schema.Generator",
    "POSTPROCESSING_HOOKS": [],
}

#: Faults of the server go to its standard error, whatever DEBUG says, and replicas that come and go; a
#: client's mistakes do not.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": True},
        "waitress": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},  # no word of each queue
        "transfers.availability.replicas": {"handlers": ["stderr"], "level": "INFO", "propagate": True},
    },
}
