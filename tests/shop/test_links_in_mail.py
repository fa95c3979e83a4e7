"""Links in e-mails lead to SHOP_URL, whatever host the request named that they follow from."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from delivery.models import Delivery
from tests.support.processes import REPOSITORY

pytestmark = pytest.mark.django_db

FOREIGN = {"HTTP_HOST": "127.0.0.1:6666", "HTTP_X_FORWARDED_HOST": "evil.example", "SERVER_PORT": "6666"}


@pytest.mark.parametrize("shop_url", ["https://shop.example", "https://shop.example/", "https://example.org/shop"])
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/accounts/reset/", {"email": "ada@example.com"}),
        ("/account/email/", {"email": "new@example.com", "password": "a long password"}),
    ],
)
def test_whatever_the_host(
    client: Client, ada: User, settings: Settings, address: str, fields: dict[str, str], shop_url: str
) -> None:
    settings.SHOP_URL = shop_url
    client.defaults |= FOREIGN
    assert client.post(address, fields).status_code in {200, 302}
    (link,) = re.findall(r"\S+://\S+", Delivery.objects.get().text)
    path = link.removeprefix(shop_url.rstrip("/"))
    assert path.startswith(("/accounts/reset/", "/account/email/"))
    del settings.SHOP_URL
    client.defaults.clear()
    assert client.get(path, follow=True).status_code == 200


def test_no_mail_is_made_with_the_address_of_the_request() -> None:
    """Neither by a template of one, nor by a module that hands one in."""
    templates = [path for kind in ("*.txt", "mail/*.html") for path in REPOSITORY.glob(f"*/templates/**/{kind}")]
    modules = [path for path in REPOSITORY.glob("[a-z]*/**/*.py") if "send_email" in path.read_text()]
    ours = [path for path in modules if "tests" not in path.parts]
    assert len(templates) > 5
    assert len(ours) > 2
    of_the_request = re.compile(r"build_absolute_uri|get_host|get_current_site|\bdomain\b|\bprotocol\b")
    assert [path.name for path in templates + ours if of_the_request.search(path.read_text())] == []
