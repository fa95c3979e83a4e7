"""The roles: made by `migrate`, brought back to what the code says, and nobody else's groups touched."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice.navigation import sections
from backoffice.roles import CLERK, MANAGER
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def may(role: str) -> set[str]:
    rows = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_a_fresh_database_has_both() -> None:
    """The test's own database was made by `migrate`, and nothing but that."""
    assert set(Group.objects.values_list("name", flat=True)) == {CLERK, MANAGER}
    assert {"inventory.view_product", "cart.manage_holds"} <= may(CLERK)
    assert {"inventory.change_product", "cart.manage_holds", "admin.view_logentry"} <= may(MANAGER)


def test_a_clerk_sees_and_adjusts_but_edits_nothing() -> None:
    others = {name for name in may(CLERK) if ".view_" not in name}
    customers = {"customers.change_customer", "customers.add_customernote"}
    assert others <= customers | {
        *("inventory.move_stock", "inventory.acknowledge_alert", "cart.manage_holds", "orders.fulfil_order"),
    }
    assert "cart.manage_holds" in others


def test_a_clerk_ships_and_a_manager_moves_money_too() -> None:
    assert "orders.fulfil_order" in may(CLERK)
    assert {"orders.fulfil_order", "orders.settle_order"} <= may(MANAGER)
    assert "orders.settle_order" not in may(CLERK)


def test_neither_may_do_anything_with_accounts() -> None:
    for role in (CLERK, MANAGER):
        assert not [name for name in may(role) if name.startswith(("auth.", "sessions.", "contenttypes."))]


def test_a_manager_reads_the_log_but_does_not_write_it() -> None:
    assert {name for name in may(MANAGER) if name.startswith("admin.")} == {"admin.view_logentry"}


def test_a_manager_may_all_that_a_clerk_may() -> None:
    assert may(CLERK) < may(MANAGER)


def test_a_second_migrate_changes_nothing() -> None:
    before = may(CLERK), may(MANAGER), set(Group.objects.values_list("pk", flat=True))
    migrate()
    assert before == (may(CLERK), may(MANAGER), set(Group.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize("role", [CLERK, MANAGER])
def test_what_was_taken_away_or_added_by_hand_is_put_right(role: str) -> None:
    before, group = may(role), Group.objects.get(name=role)
    group.permissions.remove(Permission.objects.get(codename="manage_holds"))
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    migrate()
    assert may(role) == before


def test_a_role_that_was_deleted_comes_back() -> None:
    before = may(CLERK)
    Group.objects.get(name=CLERK).delete()
    migrate()
    assert may(CLERK) == before


def test_groups_of_the_shop_itself_are_left_alone() -> None:
    own = Group.objects.create(name="Photographers")
    own.permissions.add(Permission.objects.get(codename="change_product"))
    migrate()
    assert may("Photographers") == {"inventory.change_product"}


@pytest.mark.parametrize("app", ["inventory", "cart", "workers"])
def test_every_model_of_the_shop_is_included(app: str) -> None:
    """A model that comes with a later migration has its permissions made in the same `migrate`, before the roles."""
    for model in apps.get_app_config(app).get_models():
        name = model._meta.model_name
        if "view" not in model._meta.default_permissions:
            continue
        assert f"{app}.view_{name}" in may(CLERK) & may(MANAGER)
        assert f"{app}.change_{name}" in may(MANAGER) - may(CLERK)


def test_permissions_of_a_model_that_comes_later_are_included() -> None:
    kind = ContentType.objects.get_for_model(apps.get_model("cart", "Cart"))
    for codename in ("view_basket", "empty_basket"):
        Permission.objects.create(content_type=kind, codename=codename, name=codename)
    migrate()
    assert "cart.view_basket" in may(CLERK)
    assert {"cart.view_basket", "cart.empty_basket"} <= may(MANAGER)
    assert "cart.empty_basket" not in may(CLERK)


@pytest.mark.parametrize(
    ("role", "sees", "sees_not"),
    [
        (CLERK, {"Orders", "Variants", "Holds"}, {"Effects", "Schedule", "Audits", "Users", "Flower"}),
        (MANAGER, {"Orders", "Effects", "Audits", "Log"}, {"Users", "Flower"}),
        ("", {"Orders", "Effects", "Users", "Flower"}, set()),
    ],
)
def test_the_sidebar_has_what_one_works_with(rf: RequestFactory, role: str, sees: set[str], sees_not: set[str]) -> None:
    request = rf.get("/admin/")
    request.user = member_of(role) if role else User.objects.create_superuser("owner")
    found = {section.get("title"): section for section in sections(request)}
    titles = {item["title"] for section in found.values() for item in section["items"]}
    assert sees <= titles
    assert not sees_not & titles
    assert [title for title, section in found.items() if section.get("collapsible")] == ["Behind the pages"]


@pytest.mark.parametrize("address", ["/admin/auth/user/", "/admin/inventory/importjob/add/"])
def test_a_refusal_says_who_is_refused_who_may_and_the_way_back(client: Client, address: str) -> None:
    client.force_login(member_of(CLERK, "anna"))
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You are logged in as anna (Clerk), who may not do this." in page
    assert "Managers may:" in page
    assert f'href="{reverse("admin:index")}">Back to the dashboard</a>' in page
