"""The owner adds a member of staff by one form: name, e-mail address and role; the person sets the password."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK
from delivery.models import Delivery
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

ADD = reverse("admin:auth_user_add")
NEW = "quite a long password"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    return client


def invite(owner: Client, **changes: object) -> str:
    fields = {"username": "newclerk", "email": "new@shop.example", "role": Group.objects.get(name=CLERK).pk}
    return text_of(owner.post(ADD, fields | changes, follow=True))


def test_a_clerk_gets_a_link_sets_a_password_and_logs_in(owner: Client) -> None:
    assert "A link to set a password is on its way to new@shop.example." in invite(owner)
    user = User.objects.get(username="newclerk")
    assert (user.is_staff, user.is_superuser, [group.name for group in user.groups.all()]) == (True, False, [CLERK])
    email = Delivery.objects.get()
    assert (email.to, "Your user name is newclerk." in email.text) == ("new@shop.example", True)
    link = re.search(r"https?://[^/]+(/\S*reset\S*)", email.text)
    assert link
    stranger = Client()
    form = stranger.get(link[1], follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link[1]
    stranger.post(address, {"new_password1": NEW, "new_password2": NEW})
    stranger.post(reverse("admin:login"), {"username": "newclerk", "password": NEW})
    assert stranger.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": ""}, "This field is required"),
        ({"role": ""}, "This field is required"),
        ({"username": "OWNER"}, "There is an account of this name already"),
        ({"username": "a name"}, "Enter a valid username"),
        ({"email": "new@"}, "Enter a valid email address"),
    ],
)
def test_bad_input_is_told_and_nothing_is_sent(owner: Client, changes: dict[str, str], said: str) -> None:
    assert said in invite(owner, **changes)
    assert (User.objects.count(), Delivery.objects.count()) == (1, 0)


def test_no_page_of_an_account_speaks_of_hashes(owner: Client) -> None:
    sam = User.objects.create_user("sam", password=NEW)
    pages = [ADD, reverse("admin:auth_user_change", args=[sam.pk])]
    pages.append(reverse("admin:auth_user_password_change", args=[sam.pk]))
    for page in pages:
        shown = text_of(owner.get(page))
        assert not re.search(r"pbkdf2|argon2|algorithm|\bsalt\b|\bhash\b|LDAP|Raw passwords", shown), page


def test_the_owner_sets_a_password_by_hand(owner: Client) -> None:
    sam = User.objects.create_user("sam", password="an older password")
    address = reverse("admin:auth_user_password_change", args=[sam.pk])
    owner.post(address, {"password1": NEW, "password2": NEW})
    sam.refresh_from_db()
    assert sam.check_password(NEW)
