"""A shop on the internet: its settings are clean under Django's own list and ours, and without them nothing starts."""

import secrets
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.shop.test_checks import ids, run_check
from tests.support import processes

pytestmark = pytest.mark.django_db(transaction=True)

KEY = secrets.token_urlsafe(64)
# What docs ask of who puts the shop on the internet; everything else is as it comes.
PRODUCTION = {
    "ALLOWED_HOSTS": "shop.example",
    "COOKIES_SECURE": "true",
    "SHOP_TRUSTED_PROXIES": "1",
    "SHOP_BANK_DETAILS": "Bank of Holdfast, IBAN GB33 BUKB 2020 1555 5555 55",
    "SHOP_LEGAL_ADDRESS": "1 Mill Lane, Bath",
    "SHOP_VAT_ID": "GB123456789",
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    """The same within this process."""
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.SECRET_KEY = KEY
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for name in ("SHOP_BANK_DETAILS", "SHOP_LEGAL_ADDRESS", "SHOP_VAT_ID"):
        setattr(settings, name, PRODUCTION[name])
    return settings


def in_files(folder: Path, **values: str) -> dict[str, str]:
    """Each value in a file, as a container's secrets are, and the variables that name the files."""
    for name, value in values.items():
        (folder / name).write_text(value + "\n")
    return {f"{name}_FILE": str(folder / name) for name in values} | dict.fromkeys(values, "the file counts")


def test_django_and_we_have_nothing_to_say_of_production(tmp_path: Path) -> None:
    """With the secrets in files, the database's own settings asked for, and warnings counted as failures."""
    here = processes.test_environment()
    files = in_files(tmp_path, SECRET_KEY=KEY, DATABASE_URL=here["DATABASE_URL"], REDIS_URL=here["REDIS_URL"])
    code, text = run_check("--deploy", "--fail-level=WARNING", "--database=default", **PRODUCTION, **files)
    assert (code, text) == (0, "System check identified no issues (2 silenced).\n")


def test_what_production_settings_are_passes(production: Settings) -> None:
    assert ids() == []


def test_invoices_name_who_sells(production: Settings) -> None:
    production.SHOP_LEGAL_ADDRESS, production.SHOP_VAT_ID = production.EXAMPLE_LEGAL_ADDRESS, ""
    assert ids() == ["shop.W030", "shop.W031"]
    production.SHOP_TAX_RATE = Decimal(0)  # it charges no tax, and needs no number
    assert ids() == ["shop.W030"]


@pytest.mark.parametrize("prefix", ["2027/", "a b", "thirteen-long", "é"])
def test_the_number_of_an_invoice_can_be_the_name_of_a_file(production: Settings, prefix: str) -> None:
    production.SHOP_INVOICE_PREFIX = prefix
    assert ids() == ["shop.E030"]


def test_a_shop_that_others_reach_is_not_in_debug_mode(production: Settings) -> None:
    production.DEBUG = True
    assert ids() == ["shop.E008"]


@pytest.mark.parametrize("key", ["short", "a" * 80, "django-insecure-" + KEY], ids=["short", "one letter", "Django's"])
def test_a_key_that_can_be_guessed_is_refused(production: Settings, key: str) -> None:
    production.SECRET_KEY = key
    assert ids() == ["shop.E009"]


def test_a_key_of_before_is_believed_so_it_must_be_a_secret_too(production: Settings) -> None:
    production.SECRET_KEY_FALLBACKS = ["changeme"]
    assert ids() == ["shop.E009"]


def test_passwords_do_not_travel_in_the_clear_unnoticed(production: Settings) -> None:
    production.SESSION_COOKIE_SECURE = False
    assert ids() == ["shop.W004"]


def test_pages_that_would_lead_to_themselves_for_ever_are_noticed(production: Settings) -> None:
    production.SECURE_PROXY_SSL_HEADER = None
    assert ids() == ["shop.W005"]


def test_the_web_does_not_start_on_the_internet_with_a_key_that_can_be_guessed() -> None:
    """gunicorn loads the application in each of its processes, and by itself asks no system checks."""
    run = subprocess.run(
        [sys.executable, "-c", "import shop.wsgi"],
        cwd=processes.REPOSITORY,
        env=processes.test_environment(**PRODUCTION, SECRET_KEY="changeme"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert "SystemCheckError" in run.stderr
    assert "(shop.E009)" in run.stderr


def test_web_messages_of_a_public_shop_do_not_go_to_private_addresses(production: Settings) -> None:
    production.DELIVERY_PRIVATE_ADDRESSES = True
    assert ids() == ["shop.W006"]
    production.ALLOWED_HOSTS = ["localhost"]
    assert ids() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_shop_of_this_machine_answers_to_each_of_its_names(client: Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": f"{host}:8000"}).status_code == 200
    assert client.get("/healthz", headers={"host": "[::2]:8000"}).status_code == 400
