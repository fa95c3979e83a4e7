"""The log-in page of the back office leads into it."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["/admin/login/", "/admin/login/?next=/admin/cart/cart/%3Fq%3D1"])
def test_whoever_logs_in_to_the_back_office_stays_in_it(client: Client, asked: str) -> None:
    User.objects.create_superuser("staff", password="a long password")
    page = client.get(asked).content.decode()
    (action,) = re.findall(r'<form action="([^"]+)"', page)
    answer = client.post(html.unescape(action), {"username": "staff", "password": "a long password"})
    assert answer["Location"] == ("/admin/cart/cart/?q=1" if "next" in asked else "/admin/")
