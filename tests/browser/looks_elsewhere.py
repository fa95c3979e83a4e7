"""The pages with no goods on them: doors, an account, words of the law, and what is shown when something goes wrong."""

from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from playwright.sync_api import expect

from pages.models import Page
from pages.selectors import read_shown, remember
from shop.urls import handler500 as handler500
from shop.urls import urlpatterns as of_the_shop
from tests.browser.stage import LOG_IN, PASSWORD, Look, Stage, plain
from tests.browser.steps import add, expect_units

# --- Doors


def wrong_password(stage: Stage) -> None:
    stage.go("/accounts/login/")
    stage.fill(**LOG_IN | {"Password": "wrong"})
    stage.press("Log in")
    stage.page.get_by_role("alert").wait_for()


def signup_refused(stage: Stage) -> None:
    stage.go("/accounts/signup/")
    stage.page.locator(".account form").evaluate("form => form.noValidate = true")
    stage.page.get_by_label("E-mail address").fill("nonsense")
    stage.press("Send me the link")
    stage.page.locator(".field-error").first.wait_for()


def signup_asked(stage: Stage) -> None:
    stage.page.get_by_label("E-mail address").fill("eve@example.com")
    stage.press("Send me the link")
    expect(stage.page.get_by_role("heading", name="Check your e-mail")).to_be_visible()


def signup_confirm_refused(stage: Stage) -> None:
    stage.go(stage.link_in_mail())
    stage.page.locator("#id_new_password1").fill("password")
    stage.page.locator("#id_new_password2").fill("another")
    stage.press("Make the account")
    stage.page.locator(".field-error").first.wait_for()


def new_password(stage: Stage) -> None:
    stage.make_user("eve")
    stage.go("/accounts/reset/")
    stage.page.get_by_label("Email").fill("eve@example.com")
    stage.press("Send me a link")
    expect(stage.page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    stage.go(stage.link_in_mail())
    stage.page.locator("#id_new_password1").wait_for()


def new_password_refused(stage: Stage) -> None:
    stage.page.locator("#id_new_password1").fill("one")
    stage.page.locator("#id_new_password2").fill("two")
    stage.press("Set the password")
    stage.page.locator(".field-error").first.wait_for()


def new_password_is_set(stage: Stage) -> None:
    for field in ("#id_new_password1", "#id_new_password2"):
        stage.page.locator(field).fill("quite another password")
    stage.press("Set the password")
    expect(stage.page.get_by_text("Your new password is set.")).to_be_visible()


def used_link(stage: Stage) -> None:
    stage.go(stage.link_in_mail())
    expect(stage.page.get_by_text("This link has been used")).to_be_visible()


DOORS = [
    plain("login", "/accounts/login/?next=/cart/"),
    Look("wrong password", "login", wrong_password),
    plain("signup", "/accounts/signup/"),
    Look("sign-up refused", "signup", signup_refused),
    Look("sign-up asked for", "signup_sent", signup_asked),
    Look("sign-up confirmed", "signup_confirm", lambda stage: stage.go(stage.link_in_mail())),
    Look("password of a new account refused", "signup_confirm", signup_confirm_refused),
    plain("signup_confirm", "/accounts/signup/forged/"),
    plain("reset", "/accounts/reset/"),
    plain("order_find", "/orders/find/"),
    plain("reset_sent", "/accounts/reset/sent/"),
]
RESET = [
    Look("new password", "reset_confirm", new_password),
    Look("new password refused", "reset_confirm", new_password_refused),
    Look("new password is set", "login", new_password_is_set),
    Look("used link", "reset_confirm", used_link),
]

# --- An account


def account(stage: Stage) -> None:
    stage.log_in()
    stage.go("/account/")


def address_refused(stage: Stage) -> None:
    stage.go("/account/addresses/new/")
    stage.page.get_by_label("Full name").fill("Ada Lovelace")
    stage.page.get_by_label("Street and number").fill("1 Analytical Row")
    stage.page.get_by_label("Town or city").fill("London")
    stage.page.get_by_label("Postcode").fill("x")
    stage.press("Save the address")
    expect(stage.page.get_by_text("Please check the postcode.")).to_be_visible()


def an_address(stage: Stage) -> None:
    for street in ("1 Analytical Row", "9 Mill Road"):
        stage.go("/account/addresses/new/")
        address_refused(stage)
        stage.page.get_by_label("Street and number").fill(street)
        stage.page.get_by_label("Postcode").fill("N1 1AA")
        stage.press("Save the address")
        expect(stage.page.get_by_text("The address is saved.")).to_be_visible()


def address_to_change(stage: Stage) -> None:
    stage.page.locator(".own-addresses a").first.click()
    expect(stage.page.get_by_role("heading", name="Change the address")).to_be_visible()


def password_refused(stage: Stage) -> None:
    stage.go("/account/password/")
    stage.page.locator("#id_old_password").fill("wrong")
    stage.page.locator("#id_new_password1").fill("one")
    stage.page.locator("#id_new_password2").fill("two")
    stage.press("Change it")
    stage.page.locator(".field-error").first.wait_for()


def email_asked(stage: Stage) -> None:
    stage.go("/account/email/")
    stage.page.locator("#id_email").fill("new@example.com")
    stage.page.locator("#id_password").fill(PASSWORD)
    stage.press("Send me the link")
    expect(stage.page.get_by_role("heading", name="Check your e-mail")).to_be_visible()


def delete_refused(stage: Stage) -> None:
    stage.go("/account/delete/")
    stage.page.locator("#id_password").fill("wrong")
    stage.press("Delete it for good")
    stage.page.locator(".field-error").first.wait_for()


def delete_of_staff(stage: Stage) -> None:
    User.objects.update(is_staff=True)
    stage.go("/account/delete/")


ACCOUNT = [
    Look("account", "account", account),
    Look("address refused", "account_address_new", address_refused),
    Look("addresses", "account", an_address),
    Look("address to change", "account_address", address_to_change),
    plain("account_password", "/account/password/"),
    Look("password refused", "account_password", password_refused),
    plain("account_email", "/account/email/"),
    Look("e-mail asked for", "account_email", email_asked),
    Look("e-mail to confirm", "account_email_confirm", lambda stage: stage.go(stage.link_in_mail())),
    plain("account_delete", "/account/delete/"),
    Look("deletion refused", "account_delete", delete_refused),
    Look("deletion of staff", "account_delete", delete_of_staff),
]

# --- Words of the law, and trouble


def a_bug(request: HttpRequest) -> HttpResponse:
    raise KeyError("a bug")


def no_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("gone")


urlpatterns = [*of_the_shop, path("a-bug/", a_bug), path("no-database/", no_database)]


def broken(address: str, title: str) -> Look:
    """A page of the shop that these two views end in."""

    def steps(stage: Stage) -> None:
        stage.settings.ROOT_URLCONF = __name__
        stage.go(address)
        expect(stage.page.get_by_role("heading", name=title)).to_be_visible()
        stage.settings.ROOT_URLCONF = "shop.urls"

    return Look(title, None, steps)


def no_cookie(stage: Stage) -> None:
    stage.go("/accounts/login/")
    stage.page.context.clear_cookies()
    stage.fill(**LOG_IN)
    stage.press("Log in")
    expect(stage.page.get_by_role("heading", name="Your browser does not keep our cookie")).to_be_visible()


def too_old(stage: Stage) -> None:
    """As after a log-in in another tab: the cookie is another one than the form's."""
    stage.go("/accounts/login/")
    stage.page.context.clear_cookies()
    tab = stage.page.context.new_page()
    tab.goto(stage.shop + "/accounts/login/")
    tab.close()
    stage.fill(**LOG_IN)
    stage.press("Log in")
    expect(stage.page.get_by_role("heading", name="This page was too old")).to_be_visible()


def no_cookie_by_script(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product())
    stage.page.context.clear_cookies()
    add(stage.page)
    expect(stage.page.get_by_text("Your browser does not keep our cookie.")).to_be_visible()


def too_fast(stage: Stage) -> None:
    """Said on the page that is there, and by a page of its own where no script sends the form."""
    stage.settings.SHOP_ADDS_PER_MINUTE = 1
    stage.open_as_new_guest(stage.product())
    add(stage.page)
    expect_units(stage.page, 1)
    add(stage.page)
    expect(stage.page.get_by_text("Not so fast")).to_be_visible()


def too_fast_without_scripts(stage: Stage) -> None:
    stage.page.locator(".add-form").evaluate("form => form.submit()")
    expect(stage.page.get_by_role("heading", name="Not so fast")).to_be_visible()


CARE = """
# Wool

**Cold** water, [no spinning](/goods/).

| what | how |
|---|---|
| Felt | by hand |

- never in the sun
- never ironed
"""


def owners_page(stage: Stage) -> None:
    for slug, title, text in (("care", "Care", CARE), ("contact", "Contact", "Write to us.")):
        Page.objects.update_or_create(slug=slug, defaults={"title": title, "text": text, "is_published": True})
    remember(read_shown())
    stage.go("/")
    stage.page.get_by_role("link", name="Care", exact=True).click()
    expect(stage.page.get_by_role("heading", name="Wool")).to_be_visible()


def message_refused(stage: Stage) -> None:
    stage.page.locator("#id_website").evaluate("field => { field.value = 'x' }")
    stage.page.locator(".contact").evaluate("form => form.submit()")
    stage.page.locator(".field-error").first.wait_for()


def message_sent(stage: Stage) -> None:
    stage.go("/pages/contact/")
    stage.fill(**{"Your name": "Ada Lovelace", "Your e-mail": "ada@example.com", "Your message": "Where is it?"})
    stage.press("Send the message")
    expect(stage.page.get_by_text("Your message is on its way to us.")).to_be_visible()


WORDS = [
    *(plain("legal", f"/legal/{page}/") for page in ("imprint", "privacy", "terms")),
    Look("a page of the owner", "page", owners_page),
    plain("contact", "/pages/contact/"),
    Look("message refused", "contact", message_refused),
    Look("message sent", "contact", message_sent),
]
TROUBLE = [
    plain(None, "/no-such-page/"),
    plain("cart_add", "/cart/add/"),
    Look("no cookie", "login", no_cookie),
    Look("too old", "login", too_old),
    Look("no cookie, said by a script", "product", no_cookie_by_script),
    Look("too fast", "product", too_fast),
    Look("too fast without scripts", "cart_add", too_fast_without_scripts),
    broken("/a-bug/", "Sorry, that did not work"),
    broken("/no-database/", "One moment, please"),
]
