"""The demo can be left out: the shop starts, has nothing to complain of, and sells, with plain pictures."""

import json
import re
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from backoffice.roles import CLERK, MANAGER
from demo import CATALOGUE_FILE
from demo.management.commands import create_demo_staff
from inventory.catalogue.reading import read_catalogue
from inventory.errors import CatalogueFileError
from inventory.models import Category, Product, ProductVariant
from inventory.services import save_product
from orders.models import DeliveryMethod, Order
from shop.checks.settings import check_what_apps_put_in
from tests.support import processes


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process whose settings have no demo, and so no bank of it either, whatever is said of the bank."""
    env = processes.test_environment(SHOP_DEMO="false", SHOP_TEST_BANK="true")
    command, folder = [sys.executable, *arguments], processes.REPOSITORY
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def sources(page: str) -> set[str]:
    return set(re.findall(r'<img class="picture" src="([^"]+)"', page))


@pytest.mark.django_db(transaction=True)
def test_the_shop_sells_without_the_demo(variant: ProductVariant) -> None:
    variant.product.category = Category.objects.create(slug="kitchen", name="Kitchen")
    variant.product.save(update_fields=["category"])
    DeliveryMethod.objects.get_or_create(name="Standard", defaults={"price": Decimal("3.95")})

    checked = run("manage.py", "check", "--database", "default")
    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (0 silenced).\n")

    shopped = run("-m", "tests.demo.shop_without_demo", variant.product.get_absolute_url())
    assert shopped.returncode == 0, shopped.stderr
    found = json.loads(shopped.stdout)
    for page in ("catalogue", "product", "cart"):
        assert variant.product.name in found["pages"][page]
        assert sources(found["pages"][page]) == {"/static/shop/placeholder.svg"}
    assert list(found["statuses"].values()) == [200, 404, 404]
    assert found["providers"] == ["invoice"]
    assert Order.objects.get().number in found["pages"]["order"]
    variant.refresh_from_db()
    assert variant.reserved_quantity == 0


@pytest.mark.django_db(transaction=True)
def test_a_start_without_a_catalogue_is_no_failure() -> None:
    started = run("manage.py", "import_catalogue", "--if-empty")
    assert (started.returncode, "nothing was loaded" in started.stdout) == (0, True)
    assert "nothing was loaded" in run("manage.py", "import_catalogue").stderr
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_a_product_without_a_rule_has_the_category_that_staff_give_it(settings: Settings) -> None:
    settings.SHOP_CATEGORY_RULE = ""
    mug = save_product(product=Product(number="1", name="Red Mug", slug="mug"), fields=set())
    assert mug.category is None
    assert not Category.objects.exists()
    with pytest.raises(CommandError, match="names no rule"):
        call_command("categorise_products", stdout=StringIO())


def test_a_shop_without_readers_reads_catalogues_alone(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country\n")
    settings.SHOP_CATALOGUE_READERS = []
    assert len(read_catalogue(CATALOGUE_FILE).rows) > 3000
    with pytest.raises(CatalogueFileError, match=r"has invoice_no, .* Expected the columns of a catalogue"):
        read_catalogue(log)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_PLACEHOLDER_PICTURE", "demo.pictures.painting"),
        ("SHOP_CATEGORY_PICTURE", "nothing"),
        ("SHOP_CATEGORY_RULE", "no.such.RULE"),
        ("SHOP_CATALOGUE_READERS", ["no.such.READER"]),
    ],
)
def test_what_a_setting_names_and_is_not_there_is_said_at_the_start(
    settings: Settings, name: str, value: object
) -> None:
    assert list(check_what_apps_put_in(None)) == []
    setattr(settings, name, value)
    (complaint,) = check_what_apps_put_in(None)
    assert isinstance(complaint, CheckMessage)
    assert (complaint.id, complaint.msg.split()[0]) == ("shop.E011", name)


def test_the_demo_knows_the_names_of_the_roles() -> None:
    assert (create_demo_staff.MANAGER, create_demo_staff.CLERK) == (MANAGER, CLERK)
