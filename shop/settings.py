"""One settings file. What differs between machines comes from the environment; see `.env.example`."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# `make up` leaves the addresses of its private servers here, so that `manage.py` finds them from a second terminal.
env.read_env(BASE_DIR / ".local" / "env")

# Which kind of process this is: "web" and "worker" wait differently for a broker or a lock that does not answer.
# Anything else ("command") is a person at a terminal: broker time-outs of the web, no time-outs in the database.
PROCESS = env.str("SHOP_PROCESS", "command")

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_results",
    "shop.apps.ShopConfig",
    "workers.apps.WorkersConfig",
    "cart.apps.CartConfig",
    "inventory.apps.InventoryConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.shoppers.ShopperMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"

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
                "shop.shoppers.mini_cart",
            ],
        },
    },
]

# --- PostgreSQL

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    # With kept connections, the first request after a database restart would fail without it.
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,  # a pooler in transaction mode has none
}

# --- Redis: the broker's messages and the doorbell

REDIS_URL = env.str("REDIS_URL")

# --- Shoppers

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "shop:login"
LOGIN_REDIRECT_URL = "shop:catalogue"
LOGOUT_REDIRECT_URL = "shop:catalogue"
# A guest has no session row, so what is said to one travels in a cookie too.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = GUEST_COOKIE_SECURE = env.bool("COOKIES_SECURE", False)

# --- Words, numbers, files

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en-gb")
TIME_ZONE = env.str("TIME_ZONE", "Europe/London")
USE_TZ = True
SHOP_NAME = env.str("SHOP_NAME", "Holdfast")
SHOP_CURRENCY_SYMBOL = env.str("SHOP_CURRENCY_SYMBOL", "£")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Holds

# How long a line keeps its units, in minutes.
SHOP_HOLD_MINUTES = {"guest": env.int("SHOP_HOLD_MINUTES_GUEST", 30), "user": env.int("SHOP_HOLD_MINUTES_USER", 60)}
