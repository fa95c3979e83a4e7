"""The second factor of staff: whom the back office asks, what counts as an answer, and who removes it."""

import time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.roles import MANAGER
from inventory.models import Category
from tests.backoffice.conftest import SUPERUSER, As
from tests.conftest import AtTheSeam
from tests.support.pages import text_of
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

INDEX, ORDERS = reverse("admin:index"), reverse("admin:orders_order_changelist")
ASK, SET_UP = reverse("admin:second_factor"), reverse("admin:second_factor_set_up")
PASSWORD = "a long password"


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds later."""
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def sam() -> User:
    return member_of(MANAGER, "sam", PASSWORD)


@pytest.fixture
def device(sam: User) -> TOTPDevice:
    StaticDevice.objects.create(user=sam, name="backup codes")
    device: TOTPDevice = TOTPDevice.objects.create(user=sam, name="app")
    return device


def logged_in() -> Client:
    """A browser in which sam has typed the password."""
    client = Client()
    form = {"username": "sam", "password": PASSWORD, "next": INDEX}
    assert client.post(reverse("admin:login"), form).status_code == 302
    return client


def key_on(page: Any) -> TOTPDevice:
    """What an app makes of the page that sets it up."""
    return TOTPDevice(key=page.wsgi_request.session["second_factor_key"])


class TestAsked:
    def test_nobody_is_asked_who_has_none(self, sam: User) -> None:
        assert logged_in().get(INDEX).status_code == 200

    def test_a_password_alone_reads_nothing(self, device: TOTPDevice) -> None:
        client = logged_in()
        for address in (INDEX, ORDERS, SET_UP, reverse("admin:password_change"), reverse("admin:jsi18n")):
            answer = client.get(address)
            assert (answer.status_code, answer.content) == (302, b"") or address == SET_UP
        assert client.get(ORDERS + "?q=ada").headers["Location"] == f"{ASK}?next=%2Fadmin%2Forders%2Forder%2F%3Fq%3Dada"

    def test_a_password_alone_writes_nothing(self, device: TOTPDevice) -> None:
        form = {"slug": "x", "name": "X", "place": "1"}
        answer = logged_in().post(reverse("admin:inventory_category_add"), form)
        assert answer.headers["Location"].startswith(ASK)
        assert not Category.objects.filter(slug="x").exists()

    def test_a_right_code_opens_the_page_that_was_asked_for(self, device: TOTPDevice) -> None:
        client = logged_in()
        page = client.get(ORDERS)
        answer = client.post(page.headers["Location"], {"code": f" {code_of(device)[:3]} {code_of(device)[3:]} "})
        assert answer.headers["Location"] == ORDERS
        assert client.get(ORDERS).status_code == 200
        assert logged_in().get(ORDERS).status_code == 302

    @pytest.mark.parametrize("text", ["", "abc", "12345", "1234567", "١٢٣٤٥٦"])
    def test_a_text_that_is_no_code_opens_nothing(self, device: TOTPDevice, text: str) -> None:
        client = logged_in()
        assert client.post(ASK, {"code": text}).status_code == 422
        assert client.get(INDEX).status_code == 302

    def test_a_wrong_code_is_followed_by_a_wait(self, device: TOTPDevice) -> None:
        client = logged_in()
        answer = client.post(ASK, {"code": wrong(code_of(device))})
        assert "This code is wrong, or was used already." in text_of(answer)
        answer = client.post(ASK, {"code": code_of(device)})
        assert "Nothing was checked: try again in " in text_of(answer)
        assert client.get(INDEX).status_code == 302
        TOTPDevice.objects.update(throttling_failure_count=0)
        assert client.post(ASK, {"code": code_of(device)}).headers["Location"] == INDEX

    def test_a_code_works_once(self, device: TOTPDevice) -> None:
        code = code_of(device)
        assert logged_in().post(ASK, {"code": code}).status_code == 302
        assert logged_in().post(ASK, {"code": code}).status_code == 422

    def test_the_code_of_another_does_not_work(self, device: TOTPDevice) -> None:
        other: TOTPDevice = TOTPDevice.objects.create(user=member_of(MANAGER), name="app")
        client = logged_in()
        assert client.post(ASK, {"code": code_of(other)}).status_code == 422
        session = client.session
        session["otp_device_id"] = other.persistent_id
        session.save()
        assert client.get(INDEX).status_code == 302

    @pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
    def test_nobody_is_led_elsewhere(self, device: TOTPDevice, address: str) -> None:
        answer = logged_in().post(f"{ASK}?next={address}", {"code": code_of(device)})
        assert answer.headers["Location"] == INDEX

    def test_whoever_has_no_phone_can_log_out(self, device: TOTPDevice) -> None:
        client = logged_in()
        assert "Log out" in text_of(client.get(ASK))
        assert client.post(reverse("admin:logout")).headers["Location"] == "/"
        assert client.get(INDEX).headers["Location"].startswith(reverse("admin:login"))

    def test_strangers_and_customers_are_asked_for_a_password(self, client: Client) -> None:
        for address in (ASK, SET_UP):
            assert client.get(address).headers["Location"].startswith(reverse("admin:login"))
        client.force_login(User.objects.create_user("customer"))
        for address in (ASK, SET_UP):
            assert client.get(address).headers["Location"].startswith(reverse("admin:login"))

    def test_no_page_shows_a_key(self) -> None:
        assert not {"otp_totp", "otp_static"} & {model._meta.app_label for model in admin.site._registry}


class TestSetUp:
    def test_the_app_is_set_up_by_its_code_and_the_session_goes_on(self, sam: User) -> None:
        client = logged_in()
        page = client.get(SET_UP)
        assert "<svg" in page.content.decode()
        answer = client.post(SET_UP, {"code": code_of(key_on(page))})
        codes = list(StaticToken.objects.values_list("token", flat=True))
        assert len(codes) == 10
        assert all(code in text_of(answer) for code in codes)
        assert client.get(INDEX).status_code == 200
        assert logged_in().get(INDEX).status_code == 302
        assert LogEntry.objects.get().get_change_message() == "Second factor set up."

    def test_the_code_of_the_set_up_does_not_log_in(self, sam: User) -> None:
        client = logged_in()
        app = key_on(client.get(SET_UP))
        code = code_of(app)
        client.post(SET_UP, {"code": code})
        assert logged_in().post(ASK, {"code": code}).status_code == 422

    def test_a_wrong_code_sets_up_nothing_and_keeps_the_key(self, sam: User) -> None:
        client = logged_in()
        app = key_on(client.get(SET_UP))
        answer = client.post(SET_UP, {"code": wrong(code_of(app))})
        assert "This is not the code that the app shows for this key." in text_of(answer)
        assert not TOTPDevice.objects.exists()
        assert key_on(answer).key == app.key

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_sets_up(self, at_the_seam: AtTheSeam) -> None:
        sam = member_of(MANAGER, "sam", PASSWORD)
        client, rival = logged_in(), logged_in()
        mine, theirs = (key_on(browser.get(SET_UP)) for browser in (client, rival))
        at_the_seam("core.second_factor.lock_rows", lambda: rival.post(SET_UP, {"code": code_of(theirs)}))
        answer = client.post(SET_UP, {"code": code_of(mine)})
        assert "You have set up an app already." in text_of(answer)
        assert TOTPDevice.objects.get(user=sam).key == theirs.key

    def test_a_backup_code_works_once_in_any_case(self, sam: User) -> None:
        client = logged_in()
        client.post(SET_UP, {"code": code_of(key_on(client.get(SET_UP)))})
        code = StaticToken.objects.values_list("token", flat=True)[0]
        assert logged_in().post(ASK, {"code": code.upper()}).status_code == 302
        assert logged_in().post(ASK, {"code": code}).status_code == 422

    def test_new_codes_replace_the_old_ones(self, sam: User) -> None:
        client = logged_in()
        app = key_on(client.get(SET_UP))
        client.post(SET_UP, {"code": code_of(app)})
        old = set(StaticToken.objects.values_list("token", flat=True))
        assert "You have 10 backup codes left." in text_of(client.get(SET_UP))
        assert client.post(SET_UP, {"code": wrong(code_of(app, 1))}).status_code == 422
        TOTPDevice.objects.update(throttling_failure_count=0)
        client.post(SET_UP, {"code": code_of(app, 1)})
        assert not old & set(StaticToken.objects.values_list("token", flat=True))


class TestRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings: Any) -> None:
        settings.SHOP_STAFF_SECOND_FACTOR = True

    def test_who_has_none_can_only_set_it_up(self, sam: User) -> None:
        client = logged_in()
        assert client.get(ORDERS).headers["Location"].startswith(SET_UP)
        page = client.get(SET_UP)
        assert "This shop asks its staff for a second factor." in text_of(page)
        client.post(SET_UP, {"code": code_of(key_on(page))})
        assert client.get(ORDERS).status_code == 200

    def test_nobody_removes_their_own(self, sam: User, device: TOTPDevice) -> None:
        client = logged_in()
        assert "Remove the second factor" not in text_of(client.get(SET_UP))
        client.post(SET_UP, {"code": code_of(device), "remove": ""})
        assert TOTPDevice.objects.exists()


class TestRemoved:
    def test_by_its_owner_with_a_code(self, sam: User, device: TOTPDevice) -> None:
        client = logged_in()
        client.post(SET_UP, {"code": wrong(code_of(device)), "remove": ""})
        assert TOTPDevice.objects.exists()
        TOTPDevice.objects.update(throttling_failure_count=0)
        assert client.post(SET_UP, {"code": code_of(device), "remove": ""}).headers["Location"] == INDEX
        assert not TOTPDevice.objects.exists()
        assert logged_in().get(INDEX).status_code == 200

    def test_by_a_superuser_with_a_reason(self, sam: User, device: TOTPDevice, logged_in_as: As) -> None:
        root = logged_in_as(SUPERUSER)
        assert "Set up" in text_of(root.get(reverse("admin:auth_user_change", args=[sam.pk])))
        address = reverse("admin:auth_user_remove_second_factor", args=[sam.pk])
        answer = root.post(address, {"reason": "Lost the phone, came in person"}, follow=True)
        assert "The second factor of sam is removed." in text_of(answer)
        assert LogEntry.objects.get().get_change_message() == "Second factor removed: Lost the phone, came in person"
        assert logged_in().get(INDEX).status_code == 200
        again = root.post(address, {"reason": "Lost the phone, came in person"}, follow=True)
        assert "sam has no second factor. Nothing was changed." in text_of(again)

    def test_by_the_command_where_nobody_can_log_in(
        self, device: TOTPDevice, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("remove_second_factor", "SAM")
        assert "The second factor of sam is removed" in capsys.readouterr().out
        with pytest.raises(CommandError, match="sam has no second factor"):
            call_command("remove_second_factor", "sam")
        with pytest.raises(CommandError, match="no account named bob"):
            call_command("remove_second_factor", "bob")
