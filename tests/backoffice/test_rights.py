"""Who may do what, page by page: everything that is registered stands in a table here, and the rest is refused.

A new list, address or action fails the first tests until somebody has said in the tables who may use it. That whoever
is no staff gets the log-in page, wherever they ask, is in `tests/shop/test_access.py`.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter

from backoffice.navigation import BEHIND, SECTIONS
from backoffice.roles import CLERK, MANAGER
from inventory.imports.models import ImportJob
from tests.backoffice.conftest import NOBODY, ROLES, SUPERUSER, As

pytestmark = pytest.mark.django_db

ALL = frozenset(ROLES)
MANAGERS = frozenset({MANAGER, SUPERUSER})
NONE: frozenset[str] = frozenset()
ONE = "999999999"  # no such row: who may use the page is sent away, who may not gets 403

# Model: who may view, add, change and delete its rows by the pages that Django makes.
READ = (ALL, NONE, NONE, NONE)
PAGES = {
    "inventory.Category": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "inventory.Synonym": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "inventory.Producer": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "inventory.Product": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "inventory.ProductVariant": (ALL, MANAGERS, MANAGERS, NONE),
    "inventory.PriceChange": READ,
    "inventory.Reduction": (ALL, NONE, MANAGERS, NONE),
    "inventory.TaxClass": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "inventory.StockMovement": READ,
    "inventory.LowStockAlert": READ,
    "inventory.ImportJob": (ALL, MANAGERS, ALL, NONE),  # its page only shows, however it is asked
    "cart.Cart": READ,
    "cart.CartItem": READ,
    "cart.StockAudit": READ,
    "orders.Order": READ,
    "orders.OrderLine": READ,
    "orders.Refund": READ,
    "withdrawals.Withdrawal": READ,
    "orders.Document": READ,
    "orders.Carrier": (ALL, MANAGERS, MANAGERS, NONE),
    "orders.DeliveryMethod": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "orders.DeliveryRate": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "orders.DeliveryZone": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "customers.Customer": (ALL, NONE, ALL, NONE),
    "pages.Page": (ALL, MANAGERS, MANAGERS, MANAGERS),
    "pages.FrontPage": (ALL, NONE, MANAGERS, NONE),
    "outbox.OutboxRow": READ,
    "outbox.EffectRun": READ,
    "analytics.AnalyticsEvent": READ,
    "analytics.DailyFigure": READ,
    "delivery.Delivery": READ,
    "outbox.ScheduledStart": READ,
    "django_celery_results.TaskResult": (MANAGERS, NONE, NONE, NONE),
    "admin.LogEntry": (MANAGERS, NONE, NONE, NONE),
    "auth.User": (frozenset({SUPERUSER}),) * 4,
    "auth.Group": (frozenset({SUPERUSER}),) * 4,
}
# Addresses beside those, by name.
ADDRESSES = {
    "cart_cartitem_release_one": ALL,
    "cart_cartitem_extend_one": ALL,
    "inventory_productvariant_stock": ALL,
    "inventory_importjob_blank": MANAGERS,
    "inventory_importjob_progress": ALL,
    "inventory_importjob_decide": MANAGERS,
    "orders_order_ship": ALL,
    "orders_order_delivered": ALL,
    "orders_order_slip": ALL,
    "orders_order_comment": ALL,
    **{f"orders_order_{step}": MANAGERS for step in ("money", "mistake", "take_back", "address", "cancel", "refund")},
    "orders_order_invoice": MANAGERS,
    "orders_refund_send_one": MANAGERS,
    "orders_refund_sent_one": MANAGERS,
    "orders_document_download": ALL,
    "orders_report": ALL,
    "analytics_trace": ALL,
    "analytics_cart_history": ALL,
    "auth_user_password_change": frozenset({SUPERUSER}),
    "auth_user_remove_second_factor": frozenset({SUPERUSER}),
}
# Actions on chosen rows, beside the export, which is for all who may view.
ACTIONS = {
    ("inventory.ProductVariant", "change_prices"): MANAGERS,
    ("inventory.ProductVariant", "announce_reductions"): MANAGERS,
    ("inventory.ProductVariant", "sell_chosen"): MANAGERS,
    ("inventory.ProductVariant", "stop_chosen"): MANAGERS,
    ("inventory.Reduction", "end_now"): MANAGERS,
    ("inventory.Reduction", "delete_scheduled"): MANAGERS,
    ("inventory.Product", "list_chosen"): MANAGERS,
    ("inventory.Product", "hide_chosen"): MANAGERS,
    ("inventory.Product", "change_category"): MANAGERS,
    ("inventory.Product", "change_producer"): MANAGERS,
    ("inventory.LowStockAlert", "acknowledge"): ALL,
    **{("inventory.LowStockAlert", f"mute_for_{time}"): MANAGERS for time in ("a_day", "a_week", "a_month")},
    ("inventory.LowStockAlert", "unmute"): MANAGERS,
    ("cart.CartItem", "release"): ALL,
    ("cart.CartItem", "extend"): ALL,
    ("orders.Order", "ship_many"): ALL,
    ("orders.Order", "slips"): ALL,
    ("orders.Refund", "send"): MANAGERS,
    ("orders.Refund", "sent"): MANAGERS,
    ("outbox.OutboxRow", "retry"): MANAGERS,
    ("outbox.OutboxRow", "discard"): MANAGERS,
    ("delivery.Delivery", "retry"): MANAGERS,
    ("delivery.Delivery", "discard"): MANAGERS,
    ("auth.User", "delete_selected"): frozenset({SUPERUSER}),
    ("auth.Group", "delete_selected"): frozenset({SUPERUSER}),
}

ADMINS = {model._meta.label: model_admin for model, model_admin in admin.site._registry.items()}
WHO = (*ROLES, NOBODY)


def default_names(model_admin: Any) -> set[str]:
    name = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"
    return {f"{name}_{page}" for page in ("changelist", "add", "history", "delete", "change")}


def own_addresses() -> Iterator[URLPattern]:
    for model_admin in ADMINS.values():
        for pattern in model_admin.get_urls():
            if pattern.name and pattern.name not in default_names(model_admin):
                yield pattern


def sample(pattern: URLPattern) -> str:
    """The address with some value in each of its places."""
    values: dict[str, Any] = {}
    for name, converter in pattern.pattern.converters.items():
        values[name] = uuid.uuid4() if isinstance(converter, UUIDConverter) else ONE
        values[name] = int(ONE) if isinstance(converter, IntConverter) else values[name]
    if "kind" in values:
        values["kind"] = ImportJob.Kind.ADJUSTMENTS
    if not values and pattern.pattern.regex.groups:
        return reverse(f"admin:{pattern.name}", args=[ONE])
    return reverse(f"admin:{pattern.name}", kwargs=values)


def page(label: str, name: str, *args: str) -> str:
    opts = ADMINS[label].opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


OWN = {str(pattern.name): pattern for pattern in own_addresses()}


def test_the_tables_name_all_that_is_registered_and_nothing_else() -> None:
    assert set(PAGES) == set(ADMINS)
    assert set(ADDRESSES) == set(OWN)


def test_no_address_is_without_a_name() -> None:
    """But Django's own redirect from the old address of a row."""
    nameless = [
        p for one in ADMINS.values() for p in one.get_urls() if not p.name and "object_id" not in str(p.pattern)
    ]
    assert nameless == []


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("label", PAGES)
def test_the_pages_of_each_model(logged_in_as: As, label: str, role: str) -> None:
    client = logged_in_as(role)
    view, add, change, delete = (role in may for may in PAGES[label])
    answers = {
        "view": (view or change, client.get(page(label, "changelist"))),
        "view a row": (view or change, client.get(page(label, "change", ONE))),
        "add": (add, client.get(page(label, "add"))),
        "post a new one": (add, client.post(page(label, "add"))),
        "change": (change, client.post(page(label, "change", ONE))),
        "delete": (delete, client.get(page(label, "delete", ONE))),
        "post a deletion": (delete, client.post(page(label, "delete", ONE))),
    }
    allowed = {what: answer.status_code != 403 for what, (_, answer) in answers.items()}
    assert allowed == {what: may for what, (may, _) in answers.items()}


@pytest.fixture
def import_job(db: None) -> ImportJob:
    """Who may decide about an import depends on what is imported."""
    by, kind = User.objects.create_user("importer"), ImportJob.Kind.ADJUSTMENTS
    return ImportJob.objects.create(pk=int(ONE), kind=kind, file_name="counted.csv", text="", created_by=by)


@pytest.mark.usefixtures("import_job")
@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("name", ADDRESSES)
def test_each_address_of_our_own(logged_in_as: As, name: str, role: str) -> None:
    client, address = logged_in_as(role), sample(OWN[name])
    statuses = {client.get(address).status_code, client.post(address).status_code}
    if role in ADDRESSES[name]:
        assert 403 not in statuses
    else:
        assert 403 in statuses
        assert statuses <= {403, 405}


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("label", PAGES)
def test_the_actions_on_chosen_rows(rf: RequestFactory, logged_in_as: As, label: str, role: str) -> None:
    logged_in_as(role)
    request = rf.get("/")
    request.user = User.objects.get(username=role.lower())
    expected = {action for (of, action), may in ACTIONS.items() if of == label and role in may}
    expected |= {"export_csv"} if role in PAGES[label][0] else set()
    assert set(ADMINS[label].get_actions(request)) == expected


@pytest.mark.parametrize("role", WHO)
def test_the_sidebar_shows_what_the_role_may_open(logged_in_as: As, role: str) -> None:
    html = logged_in_as(role).get(reverse("admin:index")).content.decode()
    sidebar = html[html.index("nav-sidebar-apps") : html.index("</ol>", html.rindex("<ol"))]
    shown = {label for label in PAGES if f'href="{page(label, "changelist")}"' in sidebar}
    folded = {label for *_, label in SECTIONS[BEHIND]} if role == CLERK else set()  # reached by links
    assert shown == {label for label, (view, *_) in PAGES.items() if role in view} - folded
