"""Where shoppers go to pay, and what providers tell the shop by web hooks."""

import hmac
import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from cart.models import CartItem
from cart.owners import Owner
from demo.testbank import SIGNATURE, notice_body, signature_of
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Order, Payment, Refund
from orders.payments import ProviderRefused, ProviderUnavailable, RefundRequest, provider_named
from orders.services import cancel_order
from shop.checks import payments as payment_checks
from shop.orders.payments import LONGEST_EVENT
from shop.settings import env
from tests.conftest import MakeVariant
from tests.support.checkout import place
from tests.support.ordering import order
from tests.support.pages import forms, locked_by_a_rival
from tests.support.shopping import add, stock
from tests.support.web_receiver import WebReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_test_bank", "delivery")]

HOOK = "/payments/testbank/hook/"


@pytest.fixture
def payment(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Payment:
    """Of an order of two units, 8.95 in all, at the test bank."""
    return order(add(guest, variant, 2), delivery, provider="testbank").payments.get()


def call(payment: Payment, *, is_paid: bool = True, address: str = HOOK, signature: str | None = None) -> Any:
    """Call the shop as the bank does: from nowhere, with no cookie and no token of a form."""
    body = notice_body(payment, is_paid=is_paid)
    return post(body, signature_of(body) if signature is None else signature, address=address)


def post(body: bytes, signature: str, *, address: str = HOOK) -> Any:
    browserless = Client(enforce_csrf_checks=True)
    return browserless.post(
        address, body, content_type="application/json", headers={SIGNATURE: signature} if signature else None
    )


def state(payment: Payment) -> tuple[str, str]:
    payment.refresh_from_db()
    return payment.status, Order.objects.get(pk=payment.order_id).state


# --- Web hooks


def test_a_signed_call_pays(payment: Payment) -> None:
    response = call(payment)
    assert (response.status_code, response.json()) == (200, {})
    assert state(payment) == ("paid", "paid")


def test_a_call_that_comes_twice_pays_once(payment: Payment) -> None:
    assert [call(payment).status_code for _ in range(2)] == [200, 200]
    assert payment.order.transitions.filter(to_state="paid").count() == 1
    assert not Refund.objects.exists()


def test_a_refusal_leaves_the_order_to_be_paid(payment: Payment) -> None:
    assert call(payment, is_paid=False).status_code == 200
    assert state(payment) == ("refused", "placed")


def test_a_late_call_is_taken_and_owed(payment: Payment, variant: ProductVariant) -> None:
    cancel_order(order_id=payment.order_id)
    assert [call(payment).status_code for _ in range(2)] == [200, 200]
    assert state(payment) == ("paid", "cancelled")
    assert (Refund.objects.get().amount, stock(variant)) == (payment.amount, (10, 0))


@pytest.mark.parametrize("signature", ["", "0" * 64, "\xff"])
def test_a_forged_call_changes_nothing(payment: Payment, signature: str) -> None:
    assert call(payment, signature=signature).status_code == 400
    assert state(payment) == ("pending", "placed")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b'{"reference": "a"}'])
def test_a_signed_call_that_is_no_notice(body: bytes) -> None:
    assert post(body, signature_of(body)).status_code == 400


def say(payment: Payment, **changes: Any) -> Any:
    """Call the shop with a body that is rightly signed; each change is written into it as JSON."""
    said = {"reference": json.dumps(payment.reference), "outcome": '"paid"', "amount": "8.95", "currency": '"GBP"'}
    body = "{" + ", ".join(f'"{name}": {text}' for name, text in (said | changes).items()) + "}"
    return post(body.encode(), signature_of(body.encode()))


@pytest.mark.parametrize("amount", ["8.95", '"8.95"', "8.950", "895e-2"])
def test_an_amount_is_exact_as_a_number_and_as_a_text(payment: Payment, amount: str) -> None:
    assert say(payment, amount=amount).status_code == 200
    assert state(payment) == ("paid", "paid")
    assert not Refund.objects.exists()


@pytest.mark.parametrize("price", ["6.95", "9.95", "24.95", "0.10", "1234567.89"])
def test_numbers_that_no_float_can_be_pay_exactly(
    price: str, guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    DeliveryMethod.objects.update(price=0)
    delivery.refresh_from_db()
    payment = order(add(guest, make_variant(price=price)), delivery, provider="testbank").payments.get()
    assert say(payment, amount=price).status_code == 200
    assert state(payment) == ("paid", "paid")


IMPOSSIBLE = [
    *[{"amount": amount} for amount in ("NaN", "Infinity", "-Infinity", '"NaN"', '"Infinity"', '"-3"', "-5", "1e400")],
    *[{"amount": amount} for amount in ("8.955", '"8.955"', "true", "null", "[8, 95]", "[0, [8], 0]", "{}")],
    *[{"amount": amount} for amount in ("9" * 300, f'"{"9" * 300}"', "9" * 5000, '""', '"8,95"', "1000000000000")],
    *[{"currency": currency} for currency in ('"JPY"', '"gbp"', '""', "null", "826", '"GBP "')],
    *[{"reference": reference} for reference in (r'"a\u0000b"', r'"\ud800"', '""', "7", "null", f'"{"x" * 41}"')],
    {"amount": "[" * 20_000},
]


@pytest.mark.parametrize("changes", IMPOSSIBLE, ids=lambda changes: str(changes)[:40])
@pytest.mark.parametrize("outcome", ['"paid"', '"refused"'])
def test_what_cannot_be_is_answered_with_400_and_changes_nothing(
    payment: Payment, changes: dict[str, str], outcome: str
) -> None:
    assert say(payment, outcome=outcome, **changes).status_code == 400
    assert state(payment) == ("pending", "placed")
    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", ["0", '"0.00"'])
def test_nothing_pays_nothing(payment: Payment, amount: str) -> None:
    assert say(payment, amount=amount).status_code == 400
    assert state(payment) == ("pending", "placed")


def test_a_signed_notice_that_is_refused_is_in_the_log(payment: Payment, caplog: pytest.LogCaptureFixture) -> None:
    assert say(payment, currency='"JPY"').json() == {"code": "impossible"}
    assert "refused an event of testbank: ['Money of JPY pays nothing here" in caplog.text


def test_a_call_of_nothing_we_know(payment: Payment) -> None:
    assert call(payment, address="/payments/cash/hook/").status_code == 404
    payment.reference = "another"
    assert call(payment).status_code == 404


def test_a_call_of_another_providers_payment(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    by_invoice = order(add(guest, variant), delivery).payments.get()
    assert call(by_invoice).status_code == 404
    assert call(by_invoice, address="/payments/invoice/hook/").status_code == 400
    assert state(by_invoice) == ("pending", "placed")


def test_a_call_is_of_a_bounded_size() -> None:
    body = b" " * (LONGEST_EVENT + 1)
    assert post(body, signature_of(body)).status_code == 413


@pytest.mark.django_db(transaction=True)
def test_a_call_that_meets_a_locked_order_is_to_come_again(payment: Payment) -> None:
    with locked_by_a_rival("orders_order", payment.order_id):
        assert call(payment).status_code == 503
    assert state(payment) == ("pending", "placed")
    assert call(payment).status_code == 200
    assert state(payment) == ("paid", "paid")


def test_the_web_hook_takes_calls_only(client: Client) -> None:
    assert client.get(HOOK).status_code == 405


# --- Settings


def ids(messages: Any) -> list[str | None]:
    return [message.id for message in messages if isinstance(message, CheckMessage)]


def test_the_settings_as_they_are_pass() -> None:
    for check in (
        payment_checks.check_order_numbers,
        payment_checks.check_payment_providers,
        payment_checks.check_money_is_real,
    ):
        assert ids(check(None)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_TAX_RATE", "-1"),
        ("SHOP_TAX_RATE", "101"),
        ("SHOP_TAX_RATE", "5.555"),
        ("SHOP_ORDER_LINK_DAYS", 0),
        ("SHOP_PAYMENT_MINUTES", {"default": 0}),
        ("SHOP_PAYMENT_MINUTES", {"default": 30, "invoice": "14"}),
    ],
)
def test_numbers_that_make_no_sense(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, name, Decimal(value) if name == "SHOP_TAX_RATE" else value)
    (complaint,) = payment_checks.check_order_numbers(None)
    assert complaint.id == "shop.E006"
    assert complaint.msg.startswith(name)


@pytest.mark.parametrize("providers", [{}, {"a": "no.such.Thing"}, {"a": "json.dumps"}, {"a": "json.JSONDecoder"}])
def test_a_provider_must_be_one(settings: Settings, providers: dict[str, str]) -> None:
    settings.SHOP_PAYMENT_PROVIDERS = providers
    assert ids(payment_checks.check_payment_providers(None)) == ["shop.E007"]


def test_a_shop_that_others_reach_takes_real_money(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["shop.example", "localhost"]
    assert ids(payment_checks.check_money_is_real(None)) == ["shop.W002", "shop.W003"]
    settings.DEBUG = True
    assert ids(payment_checks.check_money_is_real(None)) == []
    settings.DEBUG = False
    settings.SHOP_BANK_DETAILS = "Ours"
    settings.SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
    assert ids(payment_checks.check_money_is_real(None)) == []


def test_the_body_is_what_is_signed(payment: Payment) -> None:
    body = notice_body(payment, is_paid=False)
    said = json.dumps(json.loads(body) | {"outcome": "paid"}).encode()
    assert post(said, signature_of(body)).status_code == 400
    assert state(payment) == ("pending", "placed")


# --- The example of docs/payments.md, as it stands there


@pytest.fixture
def cloudpay(with_test_bank: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its class is importable and its settings entry is made."""
    document = Path(__file__).parents[2] / "docs" / "payments.md"
    provider, entries = re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL)
    module = ModuleType("ourshop.payments")
    exec(provider, module.__dict__)  # noqa: S102 - the point of the test
    monkeypatch.setitem(sys.modules, "ourshop", ModuleType("ourshop"))
    monkeypatch.setitem(sys.modules, "ourshop.payments", module)
    namespace: dict[str, Any] = {
        "env": env,
        "SHOP_PAYMENT_PROVIDERS": dict(settings.SHOP_PAYMENT_PROVIDERS),
        "SHOP_PAYMENT_MINUTES": dict(settings.SHOP_PAYMENT_MINUTES),
    }
    with pytest.raises(ImproperlyConfigured, match="CLOUDPAY_SECRET"):
        exec(entries, namespace)  # noqa: S102 - the same
    monkeypatch.setenv("CLOUDPAY_SECRET", "a secret")
    exec(entries, namespace)  # noqa: S102 - the same
    for name in ("SHOP_PAYMENT_PROVIDERS", "SHOP_PAYMENT_MINUTES", "CLOUDPAY_API", "CLOUDPAY_SECRET"):
        setattr(settings, name, namespace[name])


@pytest.mark.usefixtures("cloudpay")
def test_the_example_is_a_provider(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    assert ids(payment_checks.check_payment_providers(None)) == []
    payment = order(add(guest, variant), delivery, provider="cloudpay").payments.get()
    said = (
        f'{{"reference": "{payment.reference}", "outcome": "paid", "amount": {payment.amount}, "currency": "GBP", '
        '"transaction": "t-1"}'
    )
    body = said.encode()
    signature = hmac.digest(b"a secret", body, "sha256").hex()
    for sent, expected in (("0" * 64, 400), ("é", 400), (signature, 200), (signature, 200)):
        headers = {"X-Cloudpay-Signature": sent}
        response = Client().post("/payments/cloudpay/hook/", body, content_type="application/json", headers=headers)
        assert response.status_code == expected
    assert state(payment) == ("paid", "paid")


@pytest.mark.usefixtures("cloudpay")
def test_the_example_sends_refunds(settings: Settings) -> None:
    provider = provider_named("cloudpay")
    asked = RefundRequest(key="k", transaction="t-1", amount=Decimal("2.50"), currency="GBP")
    with WebReceiver() as receiver:
        settings.CLOUDPAY_API, receiver.words = receiver.url, '{"id": "r-1"}'
        assert provider.refund(asked) == "r-1"
        assert receiver.messages == [{"payment": "t-1", "amount": "2.50", "currency": "GBP"}]
        assert ("idempotency-key", "k") in [(name.lower(), value) for name, value in receiver.requests[0][1].items()]
        for status, error in ((404, ProviderRefused), (500, ProviderUnavailable)):
            receiver.status = status
            with pytest.raises(error):
                provider.refund(asked)
    settings.CLOUDPAY_API = "http://127.0.0.1:1"
    with pytest.raises(ProviderUnavailable):
        provider.refund(asked)


@pytest.mark.usefixtures("cloudpay")
def test_forms_may_lead_to_the_pages_of_a_provider(client: Client) -> None:
    policy: str = client.get("/")["Content-Security-Policy"]
    assert "form-action 'self' https://pay.example;" in policy


@pytest.mark.usefixtures("cloudpay")
def test_a_page_that_no_browser_would_go_to_is_an_error_at_once(
    client: Client, line: CartItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place(client, "cloudpay")["Location"].startswith("https://pay.example/start?")
    page = client.get(order_path(Order.objects.get().number))
    monkeypatch.setattr(sys.modules["ourshop.payments"].CloudPay, "origins", ["https://other.example"])
    with pytest.raises(ImproperlyConfigured, match=r"https://pay\.example is not among the origins of CloudPay"):
        forms(page, f"{page.request['PATH_INFO']}pay/")[0].post(client)
