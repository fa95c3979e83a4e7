"""The watch over the requests of all tests is awake: a view that asks row by row fails."""

from collections.abc import Iterator

import pytest
import zeal
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from inventory.models import ProductVariant
from shop.urls import urlpatterns as of_the_shop
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db


def row_by_row(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(variant.product.name for variant in ProductVariant.objects.all()))


def all_at_once(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(one.product.name for one in ProductVariant.objects.select_related("product")))


urlpatterns = [*of_the_shop, path("row-by-row/", row_by_row), path("all-at-once/", all_at_once)]


@pytest.fixture(autouse=True)
def with_two_more_pages(settings: Settings, make_variant: MakeVariant) -> None:
    settings.ROOT_URLCONF = __name__
    for _ in range(3):
        make_variant()


@pytest.fixture
def forgiven() -> Iterator[None]:
    """What this test provokes is no failure of its own: nobody is told of the error."""
    told, got_request_exception.receivers = got_request_exception.receivers, []
    yield
    got_request_exception.receivers = told


def test_asking_row_by_row_is_an_error(client: Client, forgiven: None) -> None:
    client.raise_request_exception = False
    assert client.get("/row-by-row/").status_code == 500
    assert client.get("/all-at-once/").status_code == 200


def test_it_is_told_where(client: Client) -> None:
    with pytest.raises(zeal.NPlusOneError, match=r"ProductVariant\.product"), zeal.zeal_context():
        row_by_row(HttpRequest())
