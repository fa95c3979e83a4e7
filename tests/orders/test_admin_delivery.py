"""Staff set delivery zones, and what a delivery method costs in them by weight."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from inventory.models import ProductVariant
from orders.delivery_prices import Parcel
from orders.models import DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone
from orders.tariffs import delivery_prices
from tests.support.admin_pages import filled_in
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db
PRICES = reverse("admin:orders_deliveryrate_changelist")


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(member_of(MANAGER))
    return client


@pytest.fixture
def europe() -> DeliveryZone:
    return DeliveryZone.objects.create(name="Europe", countries=["FR", "IE"])


def steps(*rows: tuple[str, str], ids: tuple[int, ...] = ()) -> dict[str, Any]:
    """The rows of weight steps as a browser sends them: weight and price each, existing ones first."""
    sent: dict[str, Any] = {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(ids)}
    for number, (weight, price) in enumerate(rows):
        sent |= {f"steps-{number}-up_to_grams": weight, f"steps-{number}-price": price}
    return sent


def new_price(client: Client, method: DeliveryMethod, zone: DeliveryZone, *rows: tuple[str, str], **more: str) -> Any:
    form = {"method": method.pk, "zone": zone.pk, "free_from": "", "days_from": "", "days_to": ""}
    return client.post(reverse("admin:orders_deliveryrate_add"), form | steps(*rows) | more)


def cost(country: str, grams: int, goods: int = 1) -> Decimal | None:
    """What the first method costs."""
    offers = delivery_prices().offers(Parcel(country, Decimal(goods), grams))
    return offers[0].cost if offers else None


@pytest.fixture(autouse=True)
def delivery(db: None) -> DeliveryMethod:
    DeliveryMethod.objects.all().delete()
    return DeliveryMethod.objects.create(name="Post", price=Decimal("3.95"), free_from=50)


def test_prices_of_a_zone_with_its_weight_steps(
    manager: Client, delivery: DeliveryMethod, europe: DeliveryZone
) -> None:
    answer = new_price(manager, delivery, europe, ("", "19"), ("2000", "9,50"), free_from="100")
    assert answer.status_code == 302
    assert [cost("FR", 2000), cost("FR", 2001), cost("FR", 9, 100)] == [Decimal("9.50"), 19, 0]
    assert [cost("GB", 99_999), cost("GB", 1, 50)] == [Decimal("3.95"), 0]
    told = "up to 2,000 g £9.50; any weight £19.00; free from £100.00"
    assert told in manager.get(PRICES).content.decode()
    page = manager.get(reverse("admin:orders_deliverymethod_change", args=[delivery.pk])).content.decode()
    assert "Europe</a>: " + told in page


def test_where_a_method_goes(manager: Client, delivery: DeliveryMethod, europe: DeliveryZone) -> None:
    methods = reverse("admin:orders_deliverymethod_changelist")
    assert ">everywhere<" in manager.get(methods).content.decode()
    new_price(manager, delivery, europe, ("", "19"))
    assert ">Europe, everywhere else<" in manager.get(methods).content.decode()
    DeliveryMethod.objects.update(is_elsewhere=False)
    assert ">Europe<" in manager.get(methods).content.decode()
    assert cost("GB", 1) is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("2000", "5"), ("2000", "6")], "Two steps are up to 2,000 g."),
        ([("", "5"), ("", "6")], "Two steps are up to any weight."),
        ([("2000", "5"), ("10000", "4")], "A parcel up to 10,000 g costs less than one up to 2,000 g."),
        ([("0", "5")], "greater than or equal to 1"),
        ([("", "")], "This field is required."),
        ([], "There is no price."),
        ([("x", "5")], "cannot be read"),
    ],
)
def test_steps_that_make_no_sense(
    manager: Client, delivery: DeliveryMethod, europe: DeliveryZone, rows: list[tuple[str, str]], said: str
) -> None:
    answer = new_price(manager, delivery, europe, *rows)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not DeliveryRate.objects.exists()


def test_days_come_in_pairs_and_in_order(manager: Client, delivery: DeliveryMethod, europe: DeliveryZone) -> None:
    for days in ({"days_from": "2"}, {"days_from": "3", "days_to": "2"}):
        answer = new_price(manager, delivery, europe, ("", "5"), **days)
        assert "Give both numbers of working days or neither" in answer.content.decode()
    assert not DeliveryRate.objects.exists()


def test_a_price_that_jumps_is_asked_about(manager: Client, delivery: DeliveryMethod, europe: DeliveryZone) -> None:
    new_price(manager, delivery, europe, ("", "5"))
    address = reverse("admin:orders_deliveryrate_change", args=[DeliveryRate.objects.get().pk])
    sent = filled_in(manager.get(address)) | {"steps-0-price": ["50"]}
    asked = manager.post(address, sent)
    assert asked.context["questions"] == ["Price: £5.00 → £50.00: 10.0 times as much."]
    assert cost("FR", 1) == 5
    manager.post(address, sent | {"agreed": asked.context["questions"]})
    assert cost("FR", 1) == 50


def test_the_last_step_cannot_be_deleted(manager: Client, delivery: DeliveryMethod, europe: DeliveryZone) -> None:
    new_price(manager, delivery, europe, ("", "5"))
    address = reverse("admin:orders_deliveryrate_change", args=[DeliveryRate.objects.get().pk])
    answer = manager.post(address, filled_in(manager.get(address)) | {"steps-0-DELETE": ["on"]})
    assert "There is no price." in answer.content.decode()
    assert DeliveryStep.objects.count() == 1


def test_a_country_is_in_one_zone(manager: Client, europe: DeliveryZone) -> None:
    add = reverse("admin:orders_deliveryzone_add")
    answer = manager.post(add, {"name": "Near", "countries": ["BE", "FR"], "place": "1"})
    assert "France: in the zone Europe already." in answer.content.decode()
    assert manager.post(add, {"name": "Near", "countries": ["NL", "BE"], "place": "1"}).status_code == 302
    assert DeliveryZone.objects.get(name="Near").countries == ["BE", "NL"]
    assert manager.post(add, {"name": "World", "countries": [], "place": "1"}).status_code == 302
    answer = manager.post(add, {"name": "Moon", "countries": [], "place": "1"})
    assert "Everywhere else: in the zone World already." in answer.content.decode()


def test_variants_without_weight_are_told_where_a_price_depends_on_it(
    manager: Client, delivery: DeliveryMethod, europe: DeliveryZone, variant: ProductVariant
) -> None:
    assert "no weight" not in manager.get(PRICES).content.decode()
    new_price(manager, delivery, europe, ("2000", "5"))
    assert "1 variant on sale has no weight" in manager.get(PRICES).content.decode()
    variants = reverse("admin:inventory_productvariant_changelist") + "?weight=unknown&is_active__exact=1"
    assert variant.sku in manager.get(variants).content.decode()
    ProductVariant.objects.update(weight_grams=5)
    assert "no weight" not in manager.get(PRICES).content.decode()
    assert variant.sku not in manager.get(variants).content.decode()


def test_clerks_read_prices_and_change_none(client: Client, delivery: DeliveryMethod, europe: DeliveryZone) -> None:
    client.force_login(member_of(CLERK))
    assert client.get(PRICES).status_code == 200
    assert new_price(client, delivery, europe, ("", "5")).status_code == 403
