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


def test_a_throttled_log_in_is_told_when_and_nothing_else(client: Client) -> None:
    wrong = {"username": "staff", "password": "a wrong password"}
    for _ in range(5):
        client.post("/admin/login/", wrong)
    page = client.post("/admin/login/", wrong).content.decode()
    assert "Too many attempts. Please try again in" in page
    assert "Please correct the error" not in page
    assert "Please correct the error below." in client.post("/admin/login/", {"username": "staff"}).content.decode()


def test_a_shopper_is_told_why_they_are_asked_to_log_in_and_leads_back(client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    page = client.get("/admin/", follow=True).content.decode()
    assert "You are logged in as ada, an account that may not enter the back office." in page
    assert '<a class="text-link underline" href="/">the shop</a>' in page
    client.logout()
    assert "You are logged in as" not in client.get("/admin/", follow=True).content.decode()
