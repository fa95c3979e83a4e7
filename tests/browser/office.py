"""What a member of staff does in the back office, in words."""

from django.contrib.auth.models import Group, User
from playwright.sync_api import Locator, Page, expect

from backoffice.roles import CLERK, MANAGER

PASSWORD = "a long password"


def log_in(page: Page, shop: str, role: str) -> None:
    """Make a member of staff of this role, and log in as them by the form."""
    user = User.objects.create_user(role.lower(), password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    assert role in (CLERK, MANAGER)
    page.goto(shop + "/admin/")
    page.locator("[name=username]").fill(role.lower())
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Dashboard")).to_be_visible()


def choose(page: Page, action: str) -> None:
    """Tick the first row of the list, and run this action on it."""
    page.locator("#result_list .action-select").first.check()
    page.get_by_label("Select action to run").select_option(label=action)
    page.get_by_role("button", name="Run").click()


def give_reason(page: Page, reason: str, button: str) -> None:
    """Answer the page that asks why."""
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=button, exact=True).click()


def told(page: Page, words: str) -> None:
    """The page says these words."""
    expect(page.locator("#main")).to_contain_text(words)


def fill_movement(page: Page, what: str, units: int, reason: str) -> None:
    """Fill in the form on the page of a variant's stock, and send it."""
    page.get_by_label(what).check()
    page.get_by_label("Units").fill(str(units))
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Move stock").click()


def shown(page: Page, which: str) -> Locator:
    """One of the three numbers on the page of a variant's stock: on-hand, held, free."""
    return page.locator(f"#{which}")
