"""A release, and the way back, by the lines of the documents, under load."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.conf import settings

from tests.docker.shop import LONGEST_START, DockerShop, say, tell
from tests.docker.test_image import OF_THE_SHOP
from tests.docker.test_shop import ask
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.project.test_runbook import NOT_RUN
from tests.support.documented import code_blocks
from tests.support.waiting import wait_until

INSTALL = code_blocks("docs/releasing.md", "Installing it in a shop")[0].splitlines()
ROLL_BACK = code_blocks("docs/runbook.md", "A release goes wrong")[0]
CHECKS = [line for line in INSTALL if "manage.py" in line]
NEXT = "next"  # the version that is installed: the same code by another name
REPLACED = [service for service in OF_THE_SHOP if service != "migrate"]

pytestmark = pytest.mark.usefixtures("goods")


@pytest.fixture
def goods(shop: DockerShop) -> None:
    shop.new_goods()


def versions(shop: DockerShop) -> set[str]:
    """The tags of all running containers of the shop's image."""
    return {each.attrs["Config"]["Image"].partition(":")[2] for name in REPLACED for each in shop.containers(name)}


def is_content(shop: DockerShop, line: str) -> bool:
    """Whether a check of the recipe finds nothing. New workers have given no sign of life yet."""
    try:
        shop.compose.shell(line, SHOP_VERSION=NEXT)
    except subprocess.CalledProcessError as error:
        say(error.stdout)
        return False
    return True


def test_a_release_loses_no_add_and_can_be_taken_back(shop: DockerShop) -> None:
    install = [line for line in INSTALL if line not in NOT_RUN and line not in CHECKS]
    (proxy,) = shop.containers("proxy")

    def release(load: Load) -> None:
        shop.compose.shell("\n".join(install), SHOP_VERSION=NEXT)
        for line in CHECKS:
            wait_until(partial(is_content, shop, line), line, LONGEST_START)

    tell(endure(shop, release, only=AS_USUAL))
    assert versions(shop) == {NEXT}
    assert [each.id for each in shop.containers("proxy")] == [proxy.id]

    shop.new_goods()

    def roll_back(load: Load) -> None:
        shop.compose.shell(ROLL_BACK.replace("X.Y.Z", settings.SHOP_VERSION))
        shop.wait_until_healthy()

    tell(endure(shop, roll_back))
    assert versions(shop) == {settings.SHOP_VERSION}


Configure = Callable[[str], None]


@pytest.fixture
def configure(shop: DockerShop) -> Iterator[Configure]:
    """Give the proxy the Caddyfile as `sed` changes it, by the line of the recipe."""
    (reload,) = (line for line in INSTALL if "caddy reload" in line)

    def change(by: str) -> None:
        made = f"sed '{by}' containers/Caddyfile > /front/Caddyfile"
        shop.compose("run", "--rm", "--no-deps", "-T", "migrate", "sh", "-c", made)
        shop.compose.shell(reload)

    yield change
    change("")


def test_the_proxy_takes_a_new_configuration_and_loses_no_add(shop: DockerShop, configure: Configure) -> None:
    def header() -> str | None:
        return ask(f"{shop.address}/")[1]["X-Release"]

    def fault(load: Load) -> None:
        for number in "123":
            configure(f"s/header -Server/header {{\\n-Server\\nX-Release {number}\\n}}/")
            wait_until(lambda number=number: header() == number, f"configuration {number} is used")  # type: ignore[misc]
            load.goes_on(5)

    tell(endure(shop, fault, only=AS_USUAL))
