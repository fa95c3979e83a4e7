"""A real browser, the system's chromium, on the shop over the test's database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Request, expect
from pytest_django.live_server_helper import LiveServer

from inventory.models import ProductVariant
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.support.requiring import cannot_run

expect.set_options(timeout=30_000)  # as Playwright's own for pages: a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def base_url() -> None:
    """Instead of the plugin's own, which is made in a way that pytest is about to forbid."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Where there is no chromium the tests are skipped, unless REQUIRE_BROWSER=1 says that this is a failure."""
    if not CHROMIUM.exists():
        missing = f"no browser: {CHROMIUM} is missing (on Debian: apt install chromium)"
        cannot_run(missing, required_by="REQUIRE_BROWSER")
    return browser_type_launch_args | {"executable_path": str(CHROMIUM), "args": ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def beside_an_event_loop() -> None:
    """The browser's driver keeps an event loop in this thread to the end, where Django would refuse every query."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session", autouse=True)
def no_folder_left(_pw_artifacts_folder: TemporaryDirectory[str]) -> Iterator[None]:
    """The plugin's own clean-up is not reached in processes of xdist, which complain of it at their very end."""
    yield
    _pw_artifacts_folder.cleanup()


@pytest.fixture
def shop(live_server: LiveServer) -> str:
    """The address of the shop."""
    return str(live_server.url)


@pytest.fixture
def blue(variant: ProductVariant) -> ProductVariant:
    """A second variant beside `variant`, which is shown first since its number is."""
    return ProductVariant.objects.create(
        product=variant.product, sku=f"{variant.sku}-blue", name="Blue", price=4, stock_quantity=5
    )


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def context(context: BrowserContext, shop: str) -> Iterator[BrowserContext]:
    """A browser whose scripts must not fail, that is sent to nobody but the shop, and that has nothing to refuse."""
    with watched(context, shop):
        yield context


@contextmanager
def watched(context: BrowserContext, *allowed: str) -> Iterator[None]:
    """At the end no script of its pages has failed, nothing was asked of any other address than the allowed ones, which
    are the shop's, and nothing that its pages wanted to do was against their Content Security Policy.
    """
    addresses = tuple(f"{address}/" for address in allowed)
    wrong: list[str] = []

    def ours_only(request: Request) -> None:
        if not request.url.startswith((*addresses, "data:", "about:")):
            wrong.append(f"{request.frame.url} asks for {request.url}")

    def within_policy(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(f"{message.page and message.page.url}: {message.text}")

    context.on("console", within_policy)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("request", ours_only)
    yield
    assert wrong == []
