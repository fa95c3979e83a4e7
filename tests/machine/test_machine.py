"""Any commands, in any order, by several shoppers: the shop and a model of it in plain Python never differ.

Every step is committed, as in the shop, and rows are deleted between examples: inside one rolled-back transaction the
retries, the commits and what waits for a commit would not be what they are in a request. With the tests' servers a
commit costs a fifth of a millisecond, so nothing is gained by the other way either.

HYPOTHESIS_PROFILE=deep tries much longer, with other examples each time.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from pytest_django import Settings

from tests.machine.machine import CartMachine
from tests.machine.model import CART_CAP, LINE_CAP, MOST_EXTENSIONS
from tests.machine.orders import OrderMachine
from tests.machine.prices import PriceMachine

_COMMON = settings(print_blob=True, suppress_health_check=list(HealthCheck))
PROFILES = {
    # The same examples each time: what is red in CI is red at home.
    "default": settings(_COMMON, max_examples=40, stateful_step_count=40, derandomize=True),
    "deep": settings(_COMMON, max_examples=2000, stateful_step_count=80),
}


@pytest.mark.timeout(0)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("machine", [CartMachine, OrderMachine])
def test_the_shop_and_its_model_never_differ(settings: Settings, machine: type[CartMachine]) -> None:
    run(machine, settings)


@pytest.mark.timeout(0)
@pytest.mark.django_db(transaction=True)
def test_no_unit_is_held_at_a_price_that_was_not_offered_for_it(settings: Settings) -> None:
    run(PriceMachine, settings)


def run(machine: type[RuleBasedStateMachine], settings: Settings) -> None:
    settings.SHOP_MAX_UNITS_PER_LINE, settings.SHOP_MAX_UNITS_PER_CART = LINE_CAP, CART_CAP
    settings.SHOP_HOLD_EXTENSIONS = MOST_EXTENSIONS
    run_state_machine_as_test(machine, settings=PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")])
