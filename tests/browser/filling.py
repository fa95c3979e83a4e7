"""What a shopper fills in on the way to an order. Knows nothing of Django: pictures are taken of any shop that runs."""

from playwright.sync_api import Page

ADDRESS = {
    "E-mail address": "ada@example.com",
    "Full name": "Ada Lovelace",
    "Street and number": "1 Analytical Row",
    "Town or city": "London",
    "Postcode": "N1 1AA",
}


def fill_in(page: Page) -> None:
    for label, text in ADDRESS.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Country", exact=True).select_option("United Kingdom")


def place(page: Page, provider: str = "Bank transfer in advance") -> None:
    page.get_by_role("radio", name=provider).check()
    page.get_by_role("button", name="Order and pay").click()
