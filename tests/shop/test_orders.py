"""An order's page, by its signed link and in the account."""

from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import Carrier, DeliveryMethod, Order, OrderLine, Refund
from orders.services import cancel_order, refund_order, return_lines, ship_order
from shop.orders.views import ORDERS_A_PAGE
from tests.support.ordering import FIRM, order, pay
from tests.support.pages import MakeUser, form, forms, messages, text_of
from tests.support.shopping import add, stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_test_bank")]


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada")


@pytest.fixture
def placed(ada: User, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """Two units ordered by a customer, 8.95 in all, by invoice."""
    return order(add(Owner(user_id=ada.pk), variant, 2), delivery)


@pytest.fixture
def link(placed: Order) -> str:
    return order_path(placed.number)


def in_account(placed: Order) -> str:
    return f"/account/orders/{placed.number}/"


# --- What it shows


def test_it_shows_all_that_was_agreed(client: Client, placed: Order, link: str, settings: Settings) -> None:
    settings.SHOP_BANK_DETAILS = "Ada's Bank, IBAN 12"
    page = text_of(client.get(link))
    for text in (f"Order {placed.number}", "Placed", placed.lines.get().name, placed.lines.get().sku, "Standard"):
        assert text in page
    for text in ("£2.50", "£5.00", "£3.95", "£8.95", "£1.49", "1 Analytical Row", "London<br>N1 1AA"):
        assert text in page
    # What to do next.
    for text in (f"<dd>{placed.number}</dd>", "<dd>Ada&#x27;s Bank, IBAN 12</dd>", "Please transfer the total by"):
        assert text in client.get(link).content.decode()


def test_it_says_back_what_the_customer_gave(
    client: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    bought = order(add(guest, variant), delivery, customer=FIRM)
    page = text_of(client.get(order_path(bought.number)))
    for text in (FIRM.phone, f"For the courier: {FIRM.delivery_note}", "<br>".join(bought.billing_lines)):
        assert text in unescape(page)
    assert f"VAT number {FIRM.vat_id}" in page
    assert "Happy birthday!<br>Yours, Charles" in page
    assert 'href="/static/shop/forms' in page  # how it looks


def test_what_was_not_given_is_not_named(client: Client, link: str) -> None:
    page = text_of(client.get(link))
    assert [words for words in ("Bill to", "Gift message", "For the courier") if words in page] == []


def test_it_tells_what_happened(client: Client, placed: Order, link: str) -> None:
    pay(placed)
    assert "Paid, thank you." in text_of(client.get(link))
    ship_order(order_id=placed.pk, note="Parcel 4711")
    page = text_of(client.get(link))
    assert "on its way to you" in page
    assert "Parcel 4711" in page
    assert placed.payments.get().reference not in page


def test_each_parcel_is_told_with_the_link_to_track_it(client: Client, placed: Order, link: str) -> None:
    pay(placed)
    swift = Carrier.objects.create(name="Swift", tracking_url="https://swift.example/{number}")
    ship_order(
        order_id=placed.pk, units={placed.lines.get().pk: 1}, carrier=swift, tracking_number="A<1>", note="Ring twice"
    )
    html = client.get(link).content.decode()
    assert "A part of your order is on its way" in html
    assert 'href="https://swift.example/A%3C1%3E"' in html
    assert "1 to follow" in html
    assert "Ring twice" in html
    assert "<1>" not in html
    ship_order(order_id=placed.pk, note="By tram")
    html = client.get(link).content.decode()
    assert "<h1" in html
    assert "Your order is on its way" in html
    assert "to follow" not in html
    assert html.count("Ring twice") == html.count("By tram") == 1
    assert html.count('class="parcel"') == 2


def test_its_goods_have_pictures(client: Client, placed: Order, link: str) -> None:
    assert client.get(link).content.decode().count('class="order-picture"><img') == 1


def test_it_tells_what_came_back(client: Client, placed: Order, link: str) -> None:
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Broken")
    page = text_of(client.get(link))
    assert "1 came back" in page
    assert "We owe you £2.50" in page
    Refund.objects.update(sent_at=Now())
    assert "£2.50 went back to you on" in text_of(client.get(link))
    refund_order(order_id=placed.pk, reason="All of it")
    assert "This order was refunded." in text_of(client.get(link))


def test_after_a_refusal_it_can_be_paid_again(client: Client, placed: Order, link: str) -> None:
    pay(placed, is_paid=False)
    page = client.get(link)
    assert "The payment was refused; nothing was taken." in text_of(page)
    response = form(page, f"{link}pay/").post(client, provider="testbank")
    pending = placed.payments.get(status="pending")
    assert (response.status_code, response["Location"]) == (303, f"/testbank/{pending.reference}/")
    go_on, other_way = forms(client.get(link), f"{link}pay/")
    assert go_on.post(client)["Location"] == response["Location"]
    # And by invoice after all.
    response = other_way.post(client, provider="invoice")
    assert response["Location"] == link
    assert "Please transfer" in text_of(client.get(link))


@pytest.mark.parametrize("provider", ["", "cash"])
def test_a_way_to_pay_that_is_not_offered(client: Client, placed: Order, link: str, provider: str) -> None:
    assert client.post(f"{link}pay/", {"provider": provider})["Location"] == link
    assert len(messages(client.get(link))) == 1
    assert placed.payments.count() == 1


def test_what_is_paid_is_not_paid_again(client: Client, placed: Order, link: str) -> None:
    pay(placed)
    assert forms(client.get(link), f"{link}pay/") == []
    client.post(f"{link}pay/", {"provider": "invoice"})
    assert messages(client.get(link)) == ["This order cannot be paid in this way."]


def test_a_provider_that_is_gone_leaves_the_other_ways(
    client: Client, placed: Order, link: str, settings: Settings
) -> None:
    client.post(f"{link}pay/", {"provider": "testbank"})
    settings.SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
    page = client.get(link)
    assert "/testbank/" not in text_of(page)
    assert "The way to pay that you chose is no longer offered." in text_of(page)
    assert "Please transfer" not in text_of(page)
    assert form(page, f"{link}pay/").post(client)["Location"] == link
    assert "Please transfer" in text_of(client.get(link))


# --- Cancelling


def test_cancelling_asks_first_and_gives_the_units_back_once(
    client: Client, placed: Order, link: str, variant: ProductVariant
) -> None:
    page = client.get(link)
    assert f'href="{link}cancel/"' in text_of(page)
    asked = client.get(f"{link}cancel/")
    assert stock(variant) == (8, 0)
    for _ in range(2):
        assert form(asked, f"{link}cancel/").post(client)["Location"] == link
    assert stock(variant) == (10, 0)
    page = client.get(link)
    assert messages(page) == ["Your order is cancelled."] * 2
    assert "goods are back on the shelf" in text_of(page)
    assert client.get(f"{link}cancel/")["Location"] == link


def test_a_paid_order_is_not_cancelled(client: Client, placed: Order, link: str, variant: ProductVariant) -> None:
    pay(placed)
    assert f"{link}cancel/" not in text_of(client.get(link))
    client.post(f"{link}cancel/")
    page = client.get(link)
    assert messages(page) == ["This order is paid; from there it cannot become cancelled."]
    assert stock(variant) == (8, 0)


def test_pages_that_act_take_no_get(client: Client, placed: Order, link: str) -> None:
    assert client.get(f"{link}pay/").status_code == 405
    assert client.post(link).status_code == 405


# --- Who may see it


def test_a_link_that_is_forged_or_too_old_shows_nothing(
    client: Client, placed: Order, link: str, settings: Settings
) -> None:
    for forged in (link[:-2] + "x/", f"/orders/{placed.number}/", "/orders/x/", "/orders/%00/"):
        for action in ("", "pay/", "cancel/"):
            assert client.get(forged + action).status_code == 404
            assert client.post(forged + action).status_code == 404
    settings.SHOP_ORDER_LINK_DAYS = -1
    assert client.get(link).status_code == 404
    assert Order.objects.get().state == "placed"


def test_strangers_find_no_order_of_others_in_their_account(client: Client, placed: Order, make_user: MakeUser) -> None:
    address = in_account(placed)
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    client.force_login(make_user("eve"))
    for action in ("", "pay/", "cancel/"):
        assert client.get(address + action).status_code == 404
        assert client.post(address + action, {"provider": "invoice"}).status_code == 404
    assert client.get("/account/orders/NONE-SUCH/").status_code == 404
    assert (Order.objects.get().state, placed.payments.count()) == ("placed", 1)


def test_a_guests_order_is_in_nobodys_account(
    client: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod, ada: User
) -> None:
    placed = order(add(guest, variant), delivery)
    client.force_login(ada)
    assert client.get(in_account(placed)).status_code == 404
    assert client.get(order_path(placed.number)).status_code == 200


def test_its_customer_does_the_same_in_the_account(client: Client, placed: Order, ada: User) -> None:
    client.force_login(ada)
    address = in_account(placed)
    assert form(client.get(address), f"{address}pay/").post(client, provider="invoice")["Location"] == address
    assert form(client.get(f"{address}cancel/"), f"{address}cancel/").post(client)["Location"] == address
    assert Order.objects.get().state == "cancelled"


def test_the_link_is_told_to_nobody(client: Client, placed: Order, link: str, ada: User) -> None:
    """Neither kept, nor found by searching, nor told to other sites. Our own forms need the origin, though."""
    for address in (link, f"{link}cancel/"):
        response = client.get(address)
        assert "no-store" in response["Cache-Control"]
        assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "same-origin")
    client.force_login(ada)
    response = client.get(in_account(placed))
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


# --- The list


def test_the_list_has_ones_own_orders_newest_first(
    client: Client, placed: Order, ada: User, variant: ProductVariant, delivery: DeliveryMethod, guest: Owner
) -> None:
    later = order(add(Owner(user_id=ada.pk), variant), delivery)
    other = order(add(guest, variant), delivery)
    cancel_order(order_id=placed.pk)
    client.force_login(ada)
    assert 'href="/account/orders/"' in text_of(client.get("/account/"))
    page = text_of(client.get("/account/orders/"))
    assert page.index(in_account(later)) < page.index(in_account(placed))
    assert other.number not in page
    assert "Cancelled" in page


def test_the_list_has_pages(client: Client, placed: Order, ada: User) -> None:
    fields = {field.name: getattr(placed, field.name) for field in Order._meta.concrete_fields}
    del fields["id"], fields["cart"], fields["created_at"]
    copies = [{**fields, "number": f"COPY-{n:04}", "idempotency_key": f"copy {n}"} for n in range(ORDERS_A_PAGE)]
    Order.objects.bulk_create(Order(**copy) for copy in copies)
    client.force_login(ada)
    assert placed.number not in text_of(client.get("/account/orders/"))
    assert placed.number in text_of(client.get("/account/orders/?page=2"))
    for wrong, nearest in [("99", "2"), ("0", "1"), ("abc", "1"), ("", "1")]:
        answer = client.get(f"/account/orders/?page={wrong}")
        assert (answer.status_code, answer["Location"]) == (302, f"?page={nearest}")


def test_without_orders_the_list_leads_to_the_goods(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert "None yet." in text_of(client.get("/account/orders/"))


# The order, its lines, payments, refunds, steps; the small cart of who is known. In the account: session, user.
# The list: session, user, count, page, small cart.
def test_statements(
    client: Client,
    placed: Order,
    link: str,
    ada: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(5):
        client.get(link)
    client.force_login(ada)
    with django_assert_num_queries(8):
        client.get(in_account(placed))
    with django_assert_num_queries(5):
        client.get("/account/orders/")
    pay(placed)
    ship_order(order_id=placed.pk, units={placed.lines.get().pk: 1})
    ship_order(order_id=placed.pk)
    # Parcels in the place of payments, and withdrawals.
    with django_assert_num_queries(9):
        client.get(in_account(placed))


# --- The account's end


def test_orders_stay_when_the_account_goes(client: Client, placed: Order, ada: User, link: str) -> None:
    client.force_login(ada)
    assert "Orders that you placed stay in our books" in text_of(client.get("/account/delete/"))
    client.post("/account/delete/", {"password": "a long password"})
    kept = Order.objects.get()
    assert (kept.user_id, kept.cart_id, kept.total, kept.customer.name) == (None, None, Decimal("8.95"), "Ada")
    assert OrderLine.objects.count() == 1
    assert client.get(link).status_code == 200
    assert "books" in text_of(client.get("/legal/privacy/"))


def test_ones_data_have_the_orders(client: Client, placed: Order, ada: User) -> None:
    client.force_login(ada)
    (kept,) = client.get("/account/data.json").json()["orders"]
    assert (kept["number"], kept["lines"][0]["quantity"]) == (placed.number, 2)
