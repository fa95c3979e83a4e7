"""What anybody may send at once: a form with files is refused for its size before it is read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shop.uploads import LARGEST_REQUEST

pytestmark = pytest.mark.django_db


def send(client: Client, size: int) -> Any:
    file = SimpleUploadedFile("photo.jpg", b"x" * size, content_type="image/jpeg")
    return client.post("/cart/add/", {"variant": "1", "file": file})


def test_nobody_fills_the_disk(client: Client) -> None:
    assert send(client, LARGEST_REQUEST).status_code == 400


def test_nor_before_the_token_of_the_form_is_looked_at() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get("/accounts/login/")
    assert send(strict, LARGEST_REQUEST).status_code == 400


def test_what_pages_ask_for_fits(client: Client) -> None:
    assert send(client, 8 * 1024 * 1024).status_code == 404
