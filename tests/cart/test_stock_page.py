"""The stock page of a variant in the back office: explains the number, moves it, asks before carts lose units."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.roles import CLERK
from cart.audit import run_audit
from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant, StockMovement
from inventory.services import move_stock
from tests.conftest import MakeVariant
from tests.support.ledger import tamper
from tests.support.shopping import add, expire, held, hold, nothing_changes, stock
from tests.support.staff import member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules_hold_at_the_end")]


@pytest.fixture
def clerk(client: Client) -> Client:
    user = member_of(CLERK, "anna")
    client.force_login(user)
    return client


def address(variant: ProductVariant) -> str:
    return reverse("admin:inventory_productvariant_stock", args=[variant.pk])


def hidden(answer: Any) -> dict[str, str]:
    """The hidden fields of the form on this page."""
    form = answer.context["form"]
    return {field.name: str(field.value() or "") for field in form if field.is_hidden or answer.context.get("lines")}


def page(client: Client, variant: ProductVariant) -> Any:
    return client.get(address(variant))


def send(client: Client, variant: ProductVariant, what: Any, units: Any, **changes: object) -> Any:
    """Open the page, fill in its form and send it."""
    fields = hidden(page(client, variant)) | {"what": what, "units": units, "reason": "Delivery 7"} | changes
    return client.post(address(variant), fields)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("what", "units", "kind", "delta"),
    [("received", 5, "receipt", 5), ("adjusted", -3, "adjustment", -3), ("counted", 12, "count", 2)],
)
def test_a_clerk_moves_stock(
    clerk: Client, variant: ProductVariant, what: str, units: int, kind: str, delta: int
) -> None:
    answer = send(clerk, variant, what, units)
    assert answer.status_code == 302
    movement = StockMovement.objects.first()
    assert movement is not None
    assert (movement.kind, movement.delta, movement.balance_after) == (kind, delta, 10 + delta)
    assert (movement.reason, str(movement.actor)) == ("Delivery 7", "anna")
    entry = LogEntry.objects.get()
    assert str(entry.user) == "anna"
    assert f"{delta:+d}, 10 → {10 + delta} on hand. Delivery 7" in entry.get_change_message()


def test_a_count_that_finds_what_was_expected_is_on_record(clerk: Client, variant: ProductVariant) -> None:
    send(clerk, variant, "counted", 10)
    movement = StockMovement.objects.first()
    assert movement is not None
    assert (movement.kind, movement.delta, movement.balance_after) == ("count", 0, 10)
    assert stock(variant) == (10, 0)
    told = text(page(clerk, variant))
    assert "Stock count: 10 on hand, as expected." in told
    assert run_audit().is_clean


def test_what_was_counted_includes_what_carts_hold(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 4)
    send(clerk, variant, "counted", 9)
    assert stock(variant) == (5, 4)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "received", "units": 0}, "1 unit or more"),
        ({"what": "received", "units": -4}, "1 unit or more"),
        ({"what": "adjusted", "units": 0}, "changes nothing"),
        ({"what": "adjusted", "units": -11}, "Only 10 are on hand"),
        ({"what": "counted", "units": -1}, "Nobody counts fewer than 0"),
        ({"units": "many"}, "a whole number is written in digits alone"),
        ({"units": "1,5"}, "“1,5” cannot be read"),
        ({"units": "1.5"}, "“1.5” cannot be read"),
        ({"units": "5.0"}, "in digits alone, here 5."),
        ({"units": "1e9"}, "“1e9” cannot be read"),
        ({"units": 10**9}, "less than or equal to 1000000"),
        ({"units": ""}, "This field is required"),
        ({"reason": "   "}, "This field is required"),
        ({"reason": "x" * 201}, "at most 200 characters"),
        ({"what": "gift"}, "gift is not one of the available choices"),
        ({"seen_on_hand": ""}, "not sent back as it was made"),
        ({"seen_movement": 10**30}, "not sent back as it was made"),
        ({"may_lose": "1; DROP TABLE"}, "not sent back as it was made"),
        ({"what": "received", "units": 5, "reason": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    clerk: Client, variant: ProductVariant, fields: dict[str, Any], said: str
) -> None:
    with nothing_changes():
        answer = send(clerk, variant, **({"what": "received", "units": 5} | fields))
    assert answer.status_code == 200
    assert said in text(answer)
    assert not LogEntry.objects.exists()


def test_the_number_that_was_seen_must_still_be_there(clerk: Client, variant: ProductVariant) -> None:
    seen = hidden(page(clerk, variant))
    move_stock(variant_id=variant.pk, delta=-4, kind=StockMovement.Kind.ADJUSTMENT, reason="Broken")
    with nothing_changes():
        answer = send(clerk, variant, "adjusted", 3, **seen)
    assert "You saw 10 on hand; meanwhile stock was moved, and now there are 6." in text(answer)
    assert "Broken" in text(answer)
    assert answer.context["form"]["units"].value() == "3"
    assert send(clerk, variant, "adjusted", 3, **hidden(answer)).status_code == 302
    assert stock(variant) == (9, 0)


def test_a_form_sent_twice_moves_once(clerk: Client, variant: ProductVariant) -> None:
    seen = hidden(page(clerk, variant))
    assert send(clerk, variant, "received", 5, **seen).status_code == 302
    answer = send(clerk, variant, "received", 5, **seen)
    assert "now there are 15" in text(answer)
    assert stock(variant) == (15, 0)


def test_a_number_that_went_away_and_came_back_was_moved_too(clerk: Client, variant: ProductVariant) -> None:
    seen = hidden(page(clerk, variant))
    for delta in (5, -5):
        move_stock(variant_id=variant.pk, delta=delta, kind=StockMovement.Kind.ADJUSTMENT, reason="Recount")
    with nothing_changes():
        assert "now there are 10" in text(send(clerk, variant, "received", 5, **seen))


def test_an_add_meanwhile_is_no_movement(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    seen = hidden(page(clerk, variant))
    add(guest, variant, 4)
    assert send(clerk, variant, "received", 5, **seen).status_code == 302
    assert stock(variant) == (11, 4)


class TestTheQuestion:
    """Fewer units are free than are taken away."""

    def test_names_the_carts_that_would_lose_and_changes_nothing(
        self, clerk: Client, guest: Owner, make_user: Any, variant: ProductVariant
    ) -> None:
        held(guest, variant, 4)
        line = held(Owner(user_id=make_user("ada").pk), variant, 4)
        with nothing_changes():
            answer = send(clerk, variant, "adjusted", -5)
        assert answer.status_code == 200
        assert [one.pk for one in answer.context["lines"]] == [line.pk]
        assert "1 cart would lose 4 units." in text(answer)
        assert "ada" in text(answer)

    def test_answered_with_yes_ends_the_holds_and_moves(
        self, clerk: Client, guest: Owner, make_user: Any, variant: ProductVariant
    ) -> None:
        kept = held(guest, variant, 4)
        lost = held(Owner(user_id=make_user("ada").pk), variant, 4)
        asked = send(clerk, variant, "adjusted", -5)
        assert clerk.post(address(variant), hidden(asked)).status_code == 302
        assert (hold(kept), hold(lost)) == ((4, 4), (4, 0))
        assert stock(variant) == (1, 4)
        assert f"1 cart lost its hold: cart {lost.cart_id} (4 units)." in LogEntry.objects.get().get_change_message()

    def test_is_asked_again_where_other_carts_are_in_the_way_now(
        self, clerk: Client, guest: Owner, make_user: Any, variant: ProductVariant
    ) -> None:
        held(guest, variant, 8)
        asked = send(clerk, variant, "adjusted", -5)
        newer = held(Owner(user_id=make_user("ada").pk), variant, 2)
        with nothing_changes():
            again = clerk.post(address(variant), hidden(asked))
        assert "The carts changed while you decided" in text(again)
        assert again.context["lines"][0].pk == newer.pk
        assert clerk.post(address(variant), hidden(again)).status_code == 302
        assert stock(variant) == (5, 0)

    def test_is_not_asked_where_only_run_out_holds_are_in_the_way(
        self, clerk: Client, guest: Owner, variant: ProductVariant
    ) -> None:
        line = held(guest, variant, 8)
        expire(line)
        assert send(clerk, variant, "adjusted", -5).status_code == 302
        assert (hold(line), stock(variant)) == ((8, 0), (5, 0))

    def test_is_for_those_who_may_manage_holds(self, client: Client, guest: Owner, variant: ProductVariant) -> None:
        mover = User.objects.create_user("storeman", is_staff=True)
        mover.user_permissions.add(*_permissions("view_productvariant", "move_stock"))
        client.force_login(mover)
        held(guest, variant, 8)
        with nothing_changes():
            asked = send(client, variant, "adjusted", -5)
            assert "ask a colleague" in text(asked)
            assert client.post(address(variant), hidden(asked)).status_code == 403


def _permissions(*names: str) -> Any:
    return Permission.objects.filter(codename__in=names)


def test_the_shopper_sees_that_units_are_no_longer_held(clerk: Client, client: Client, variant: ProductVariant) -> None:
    shopper = Client()
    shopper.post("/cart/add/", {"variant": variant.pk, "quantity": 8, "key": "k"})
    line = CartItem.objects.get()
    asked = send(clerk, variant, "adjusted", -10)
    clerk.post(address(variant), hidden(asked))
    assert hold(line) == (8, 0)
    assert "No longer held for you" in text(shopper.get("/cart/"))


class TestThePage:
    def test_explains_the_number(self, clerk: Client, guest: Owner, make_user: Any, variant: ProductVariant) -> None:
        move_stock(variant_id=variant.pk, delta=7, kind=StockMovement.Kind.RECEIPT, reason="Delivery 6")
        held(Owner(user_id=make_user("ada").pk), variant, 3)
        expire(held(guest, variant, 2))
        run_audit()
        shown = text(page(clerk, variant))
        assert "On hand: the ledger adds up to 17." in shown
        assert "3 held now; 2 in holds that ran out" in shown
        assert "17 on hand, less 5 held." in shown
        for said in ("Delivery 6", "+7", "ada", "A guest", "ran out", "nothing wrong with this variant"):
            assert said in shown

    def test_says_what_is_wrong(self, clerk: Client, variant: ProductVariant) -> None:
        ledger = StockMovement.objects.filter(variant=variant)
        tamper(ledger, delta=9)
        run_audit()
        shown = text(page(clerk, variant))
        assert "But the ledger adds up to 9." in shown
        assert f"{variant.sku} (variant {variant.pk}): 10 on hand, but the ledger adds up to 9" in shown
        tamper(ledger, delta=10)

    def test_says_so_where_there_is_nothing_to_list(self, clerk: Client, make_variant: MakeVariant) -> None:
        shown = text(page(clerk, make_variant(0)))
        assert "No movement yet: no units ever came in." in shown
        assert "No cart holds any." in shown
        assert "No data" not in shown

    def test_asks_a_handful_however_long_the_history(self, clerk: Client, variant: ProductVariant) -> None:
        for number in range(30):
            move_stock(variant_id=variant.pk, delta=2, kind=StockMovement.Kind.RECEIPT, reason=f"Delivery {number}")
            held(Owner(user_id=User.objects.create(username=f"user{number}").pk), variant, 1)
        with CaptureQueriesContext(connection) as queries:
            shown = text(page(clerk, variant))
        # session, user, second factor, two of permissions; the variant, its last movement for the form; and five that
        # explain: sum and latest of the ledger, sums and latest of the holds, the last audit.
        assert len(queries) <= 12, [query["sql"] for query in queries]
        assert "… and 10 more." in shown

    def test_is_read_by_those_who_may_look(self, client: Client, variant: ProductVariant) -> None:
        looker = User.objects.create_user("auditor", is_staff=True)
        looker.user_permissions.add(*_permissions("view_productvariant"))
        client.force_login(looker)
        assert "Move stock" not in text(page(client, variant))
        with nothing_changes():
            assert client.post(address(variant), {"units": 5}).status_code == 403

    def test_is_not_there_for_others(self, client: Client, variant: ProductVariant) -> None:
        client.force_login(User.objects.create_user("visitor", is_staff=True))
        assert page(client, variant).status_code == 403

    def test_of_no_variant_is_not_found(self, clerk: Client) -> None:
        assert clerk.get(reverse("admin:inventory_productvariant_stock", args=[0])).status_code == 404
        assert clerk.get(reverse("admin:inventory_productvariant_stock", args=["nonsense"])).status_code == 404
