"""`/metrics` asks members of staff for their second factor, as the back office does. Prometheus has a token instead."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from backoffice.roles import MANAGER
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

METRICS = "/metrics"


@pytest.fixture
def sam() -> User:
    return member_of(MANAGER, "sam")


@pytest.fixture
def browser(client: Client, sam: User) -> Client:
    """Sam has typed the password."""
    client.force_login(sam)
    return client


def test_the_password_alone_reads_no_metrics_where_staff_have_an_app(browser: Client, sam: User) -> None:
    device: TOTPDevice = TOTPDevice.objects.create(user=sam, name="app")
    answer = browser.get(METRICS)
    assert (answer.headers["Location"], answer.content) == (f"{reverse('admin:second_factor')}?next=%2Fmetrics", b"")
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    assert b"shop_problems" in browser.get(METRICS).content


@pytest.mark.parametrize("is_demanded", [True, False])
def test_who_has_no_app_sets_it_up_where_the_shop_demands_it(
    browser: Client, settings: Settings, is_demanded: bool
) -> None:
    settings.SHOP_STAFF_SECOND_FACTOR = is_demanded
    answer = browser.get(METRICS)
    assert answer.status_code == (302 if is_demanded else 200)
    assert answer.headers.get("Location", "").startswith(reverse("admin:second_factor_set_up")) == is_demanded


def test_prometheus_and_strangers_are_not_asked(client: Client, settings: Settings) -> None:
    settings.SHOP_STAFF_SECOND_FACTOR, settings.METRICS_TOKEN = True, "secret"
    assert client.get(METRICS, headers={"Authorization": "Bearer secret"}).status_code == 200
    assert client.get(METRICS).status_code == 404
    client.force_login(User.objects.create_user("customer"))
    assert client.get(METRICS).status_code == 404
