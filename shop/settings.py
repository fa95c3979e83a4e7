"""The one settings file. What differs between machines comes from the environment (`.env.example`).

Sections: applications, PostgreSQL, Redis and Celery, accounts, language and files, e-mail, staff and operators, carts,
rate limits, https, orders, optional apps.
"""

import ssl
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from kombu.utils.url import parse_url

from backoffice.theme import unfold
from core.logging import logging_config
from shop.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
SHOP_VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

env = Environment()
# `make up` leaves the addresses of its private servers here, so that `manage.py` finds them from a second terminal.
env.read_env(BASE_DIR / ".local" / "env")

# "web" and "worker" wait differently for a broker or a lock that does not answer. Anything else ("command") is a person
# at a terminal: broker time-outs of the web, no time-outs in the database.
PROCESS = env.str("SHOP_PROCESS", "command")

SECRET_KEY = env.secret_key()
# Earlier keys: what they signed stays valid, and they sign nothing new. How to change keys: SECURITY.md.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Applications

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # without its site
    "shop.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django_htmx",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django_celery_results",
    "django_otp",  # the second factor of staff: the app's codes, and backup codes
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_countries",  # the names of countries in each language
    "shop.apps.ShopConfig",
    "workers.apps.WorkersConfig",
    "analytics.apps.AnalyticsConfig",
    "customers.apps.CustomersConfig",
    "withdrawals.apps.WithdrawalsConfig",
    "orders.apps.OrdersConfig",
    "pages.apps.PagesConfig",
    "cart.apps.CartConfig",
    "inventory.apps.InventoryConfig",
    "delivery.apps.DeliveryConfig",
    "outbox.apps.OutboxConfig",
    "core.apps.CoreConfig",
    "tools.apps.ToolsConfig",
    "backoffice.apps.BackofficeConfig",  # last, see there
]

MIDDLEWARE = [
    "shop.csp.BrowserPolicyMiddleware",
    "shop.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    # An ETag on what browsers may cache; pages with a form are `no-store` and get none.
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.accounts.shoppers.ShopperMiddleware",
    "shop.pages.errors.ErrorPageMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps, so that a page of the admin overrides that of unfold.
        "DIRS": [BASE_DIR / "shop" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.accounts.shoppers.mini_cart",
            ],
        },
    },
]

# --- PostgreSQL

# How long a session may wait, in milliseconds. A shopper gets "busy, try again" and no page that hangs. A worker that
# froze in a transaction loses it, and its locks. Set for each connection. With a pooler that refuses start-up options,
# set them on the role instead (docs/locking.md), and DATABASE_STARTUP_OPTIONS=false.
_WAITS = {
    "web": {"lock_timeout": 3000, "statement_timeout": 5000, "idle_in_transaction_session_timeout": 10_000},
    "worker": {"lock_timeout": 10_000, "idle_in_transaction_session_timeout": 10_000},
}
DATABASE_STARTUP_OPTIONS = env.bool("DATABASE_STARTUP_OPTIONS", True)
# Without start-up options every process waits as its role says, a command too.
DATABASE_WAITS = _WAITS.get(PROCESS, {} if DATABASE_STARTUP_OPTIONS else _WAITS["web"])

_DATABASE: dict[str, Any] = env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")
_DATABASE |= {
    "CONN_MAX_AGE": 60,
    # Without it the first request on each connection after a restart of the database fails.
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,  # a pooler in transaction mode has none
}
if DATABASE_WAITS and DATABASE_STARTUP_OPTIONS:
    _OPTIONS = _DATABASE.setdefault("OPTIONS", {})
    _SETTINGS = " ".join(f"-c {name}={value}" for name, value in DATABASE_WAITS.items())
    # Options of DATABASE_URL come last, so they win.
    _OPTIONS["options"] = f"{_SETTINGS} {_OPTIONS.get('options', '')}".strip()
DATABASES = {"default": _DATABASE}

# --- Redis and Celery

REDIS_URL = env.str("REDIS_URL")

CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("rediss://"):
    # By default kombu accepts any certificate; Flower reads this setting only. The address may say more, by redis-py's
    # names: rediss://:password@host:6380/0?ssl_ca_certs=/path/of/the/authority.pem
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} | parse_url(REDIS_URL).get("ssl", {})
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]  # no pickle: a client that can write to Redis must not be able to run code
CELERY_TIMEZONE = TIME_ZONE = env.str("TIME_ZONE", "Europe/London")
# A message goes back to Redis when its worker or pool child dies.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Far below the visibility timeout, after which a second worker would run the message beside the first.
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 30, 20
# A task whose pool child was killed (for memory, say) is sent again, as often as the task allows.
CELERY_TASK_RETRY_ON_WORKER_LOST = True
# Storing every result costs five sixths of a worker's throughput; failures and scheduled tasks are stored.
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
CELERY_RESULT_EXTENDED = True  # the admin shows names and arguments; arguments are ids only
CELERY_RESULT_EXPIRES = 86_400
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # with more, messages would wait behind a long task
# When the broker is gone, a running task cannot be acknowledged and will be redelivered: stop it now.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10  # on SIGQUIT: seconds until running tasks go back to Redis
# A memory leak ends with its pool child.
CELERY_WORKER_MAX_TASKS_PER_CHILD, CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1000, 200_000  # KiB
# Connections to the database outlive a task: a worker that reconnects for each task does a third as many. Safe only
# with CONN_HEALTH_CHECKS and `workers.apps`, where each task begins by closing a dead connection.
CELERY_DB_REUSE_MAX = 1000
CELERY_WORKER_SEND_TASK_EVENTS = CELERY_TASK_SEND_SENT_EVENT = True  # what Flower shows
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "outbox.heartbeat.NotedScheduler"
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # by default a worker gives up after 100
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 1  # by default an exhausted pool blocks for ever
_VISIBILITY: dict[str, float] = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
if PROCESS == "worker":
    CELERY_BROKER_TRANSPORT_OPTIONS = _VISIBILITY | {
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
else:
    # By default a frozen Redis blocks a request for ever, and one that is down for 0.6 to 6 seconds.
    CELERY_TASK_PUBLISH_RETRY = False
    CELERY_BROKER_TRANSPORT_OPTIONS = _VISIBILITY | {
        "socket_timeout": 0.25,
        "socket_connect_timeout": 0.25,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
        "health_check_interval": 10,
    }

# --- Accounts

PASSWORD_HASHERS = ["shop.accounts.hashing.BoundedHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SHOP_STAFF_SECOND_FACTOR = env.bool("SHOP_STAFF_SECOND_FACTOR", False)  # whether all of them must set it up
LOGIN_URL = "shop:login"
LOGIN_REDIRECT_URL = "shop:home"
LOGOUT_REDIRECT_URL = "shop:home"
SHOP_EMAIL_CONFIRM_HOURS = 24  # for which the link works that confirms an e-mail address
# A guest has no session row, so messages travel in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_COOKIE_HTTPONLY = True  # forms contain the token, and no script reads the cookie
CSRF_FAILURE_VIEW = "shop.pages.errors.csrf_failure"

# --- Language, currency, files

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en-gb")
LOCALE_PATHS = [BASE_DIR / "locale"]  # translations; see CONTRIBUTING.md
FORMAT_MODULE_PATH = ["core.formats"]  # how dates and times are written
USE_TZ = True
SHOP_NAME = OTP_TOTP_ISSUER = env.str("SHOP_NAME", "Holdfast")
SHOP_URL = env.str("SHOP_URL", "http://127.0.0.1:8000")  # where links in e-mails lead
SHOP_COUNTRY = env.str("SHOP_COUNTRY", "GB")  # where the shop is, by ISO 3166; assumed before an address is known
SHOP_COUNTRIES = env.list("SHOP_COUNTRIES", default=[])  # to which the shop delivers, by ISO 3166; empty: all
SHOP_CURRENCY = env.str("SHOP_CURRENCY", "GBP")  # ISO 4217
SHOP_CURRENCY_SYMBOL = env.str("SHOP_CURRENCY_SYMBOL", "")  # instead of the language's symbol for it

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Photographs of products, served by `shop.catalog.pictures`.
MEDIA_ROOT = env.str("MEDIA_ROOT", str(BASE_DIR / ".local" / "media"))
FILE_UPLOAD_HANDLERS = [
    "shop.uploads.LargestRequest",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where `collectstatic` has not run (under DEBUG, in tests) files are served from the source, under their own names.
if not env.bool("STATIC_COLLECTED", not DEBUG):
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- E-mail and the law

# E-mails go to the terminal unless a server is named, such as smtp+tls://user:password@mail.example:587
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 5  # seconds; by default a mail server that hangs would hang a worker
# The channels by which messages leave: the name in a message's row, and the class; docs/delivery.md.
DELIVERY_CHANNELS = {
    "email": "delivery.channels.EmailChannel",
    "web": "delivery.web.WebChannel",
    "payments": "orders.payments.channel.ProviderChannel",
}
# For how many days a sent message is kept, so that it is not sent again.
DELIVERY_DAYS = SHOP_LETTER_DAYS = env.int("SHOP_LETTER_DAYS", 30)
# For development: web messages may go to this machine and to private networks, and by http.
DELIVERY_PRIVATE_ADDRESSES = env.bool("DELIVERY_PRIVATE_ADDRESSES", False)
SHOP_STOCK_ALERT_RECIPIENTS = env.list("SHOP_STOCK_ALERT_RECIPIENTS", default=[])  # of e-mails about low stock
SHOP_STOCK_ALERT_MINUTES = env.int("SHOP_STOCK_ALERT_MINUTES", 5)  # for which alerts are gathered into one e-mail
SHOP_LEGAL_NAME = env.str("SHOP_LEGAL_NAME", SHOP_NAME)
EXAMPLE_LEGAL_ADDRESS = "1 Example Street, London"
SHOP_LEGAL_ADDRESS = env.str("SHOP_LEGAL_ADDRESS", EXAMPLE_LEGAL_ADDRESS)
SHOP_VAT_ID = env.str("SHOP_VAT_ID", "")  # printed on invoices; empty: the shop has none
SHOP_RETURN_ADDRESS = env.str("SHOP_RETURN_ADDRESS", "") or SHOP_LEGAL_ADDRESS  # where customers send goods back to
SHOP_LEGAL_EMAIL = DEFAULT_FROM_EMAIL = env.str("SHOP_LEGAL_EMAIL", "shop@example.com")

# --- Staff and operators

METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # with which Prometheus reads /metrics; empty: staff only
# A worker and beat touch this file while their loop runs, so that a liveness probe can look at its age; empty: none.
SHOP_ALIVE_FILE = env.str("SHOP_ALIVE_FILE", "")
FLOWER_URL = env.str("FLOWER_URL", f"http://127.0.0.1:{env.int('FLOWER_PORT', 5555)}/")
UNFOLD = unfold(shop_name=SHOP_NAME, flower_url=FLOWER_URL)
LOGGING = logging_config(env.str("LOG_FORMAT", "line"))  # "line" for people, "json" for machines; docs/logs.md
SHOP_EFFECT_RUN_DAYS = env.int("SHOP_EFFECT_RUN_DAYS", 7)  # for which staff can trace what workers did
SHOP_EVENT_DAYS = env.int("SHOP_EVENT_DAYS", 90)  # for which single analytics events are kept; daily figures stay

# --- Carts and their holds

# How long a line holds its units, in minutes from the moment they were taken.
SHOP_HOLD_MINUTES = {"guest": env.int("SHOP_HOLD_MINUTES_GUEST", 30), "user": env.int("SHOP_HOLD_MINUTES_USER", 60)}
SHOP_HOLD_EXTENSIONS = env.int("SHOP_HOLD_EXTENSIONS", 3)  # how often "keep my items" extends a hold
SHOP_CART_DAYS = env.int("SHOP_CART_DAYS", 14)  # after which an untouched cart of a guest is closed
# So that nobody takes all stock into a cart.
SHOP_MAX_UNITS_PER_LINE = env.int("SHOP_MAX_UNITS_PER_LINE", 100)
SHOP_MAX_UNITS_PER_CART = env.int("SHOP_MAX_UNITS_PER_CART", 500)

# --- Rate limits

SHOP_ADDS_PER_MINUTE = env.int("SHOP_ADDS_PER_MINUTE", 60)  # by one user, or from one address for guests; 0: no limit
SHOP_ORDERS_PER_HOUR = env.int("SHOP_ORDERS_PER_HOUR", 30)  # the same for orders
SHOP_LETTERS_PER_HOUR = env.int("SHOP_LETTERS_PER_HOUR", 10)  # and for e-mails to an address that was typed in
# Log-ins, sign-ups and new passwords together, from one network; each costs tenths of a second of CPU.
SHOP_LOGINS_PER_MINUTE = env.int("SHOP_LOGINS_PER_MINUTE", 60)
SHOP_LOOKUPS_PER_HOUR = env.int("SHOP_LOOKUPS_PER_HOUR", 20)  # orders not found by number and e-mail, from one network
# How many of our own proxies append to X-Forwarded-For; 0: clients connect directly.
SHOP_TRUSTED_PROXIES = env.int("SHOP_TRUSTED_PROXIES", 0)

# --- https

# True where shoppers come by https: cookies travel by https only, and http redirects to it.
COOKIES_SECURE = env.bool("COOKIES_SECURE", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = GUEST_COOKIE_SECURE = COOKIES_SECURE
SECURE_SSL_REDIRECT = COOKIES_SECURE and env.bool("SSL_REDIRECT", True)
# Requested from inside, by probes and Prometheus.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
# Any client can send this header; only our own proxies overwrite it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SHOP_TRUSTED_PROXIES else None
# For how many seconds a browser that has been here uses https only.
_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_SECONDS = _HSTS_SECONDS if COOKIES_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
# Only the owner of the domain knows whether all subdomains have https (W005), and whether browsers may be shipped with
# that rule (W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- Orders

SHOP_TAX_RATE = Decimal(env.str("SHOP_TAX_RATE", "20"))  # per cent, included in every price
# The name in a payment's row, and the class; docs/payments.md.
SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")  # without it, Stripe is not offered
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRET", default=[])  # two while one replaces the other
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")  # for tests: a server with the shape of Stripe's
if STRIPE_SECRET_KEY:
    SHOP_PAYMENT_PROVIDERS = {"stripe": "orders.payments.stripe.Stripe", **SHOP_PAYMENT_PROVIDERS}
# An order that is not paid in time is cancelled, and its units are free again.
SHOP_PAYMENT_MINUTES = {
    "default": env.int("SHOP_PAYMENT_MINUTES", 30),
    "invoice": env.int("SHOP_PAYMENT_MINUTES_INVOICE", 14 * 24 * 60),
    "stripe": env.int("SHOP_PAYMENT_MINUTES_STRIPE", 60),
}
# Days after which a parcel counts as delivered whose delivery nobody noted: the longest that one takes.
SHOP_LONGEST_DELIVERY_DAYS = env.int("SHOP_LONGEST_DELIVERY_DAYS", 30)
SHOP_ORDER_LINK_DAYS = env.int("SHOP_ORDER_LINK_DAYS", 365)  # for which the link in an e-mail shows the order
SHOP_INVOICE_PREFIX = env.str("SHOP_INVOICE_PREFIX", "")  # of the numbers of invoices; another one begins with 1 again
EXAMPLE_BANK_DETAILS = "Example Bank, IBAN GB33 BUKB 2020 1555 5555 55"
SHOP_BANK_DETAILS = env.str("SHOP_BANK_DETAILS", EXAMPLE_BANK_DETAILS)  # where invoices are paid to

# --- Optional apps. An app of your own may set these dotted paths, as the demo does

INSTALLED_APPS[-1:-1] = env.list("SHOP_APPS", default=[])  # each a folder beside this one
SHOP_EXTRA_URLS: list[str] = []  # URL configurations, beside the shop's own
SHOP_PLACEHOLDER_PICTURE = ""  # returns the address of a picture for goods without a photograph; docs/pictures.md
SHOP_CATEGORY_PICTURE = ""  # and for a category
SHOP_CATEGORY_RULE = ""  # an `inventory.categories.CategoryRule`; docs/categories.md
SHOP_CATALOGUE_READERS: list[str] = []  # of other files that `import_catalogue` can read
SHOP_CATALOGUE_FILE: Path | None = None  # which `import_catalogue` loads by default

_TEST_BANK = env.bool("SHOP_TEST_BANK", DEBUG)
if env.bool("SHOP_DEMO", True):
    INSTALLED_APPS.insert(-1, "demo.apps.DemoConfig")
    SHOP_EXTRA_URLS.append("demo.urls")
    SHOP_PLACEHOLDER_PICTURE = "demo.pictures.picture"
    SHOP_CATEGORY_PICTURE = "demo.pictures.category_picture"
    SHOP_CATEGORY_RULE = "demo.categories.RULE"
    SHOP_CATALOGUE_READERS.append("demo.invoices.derive.INVOICE_LOG")
    SHOP_CATALOGUE_FILE = BASE_DIR / "demo" / "data" / "catalogue.csv"
    if _TEST_BANK:
        SHOP_PAYMENT_PROVIDERS["testbank"] = "demo.testbank.TestBank"
