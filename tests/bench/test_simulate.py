"""The simulation: its formulas against known values, and what it says of a run of the bench."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.simulate import RATES, Costs, Measured, Target, chance_to_wait, late_wait, limits, need, on_one_machine
from tests.support.processes import REPOSITORY
from tools.terminal import LocalError

COSTS = Costs(web=0.004, worker=0.001, database=0.002, row_rate=500, drain_rate=6_000)
TARGET = Target(busy=0.7, wait=0.02)
ROWS = {
    "web CPU of an add: the bare view": 4.0,
    "worker CPU of an add: its web CPU": 1.0,
    "database CPU of an add and its effects": 2.0,
    "adds a second, all of one variant: of 1,000": 500.0,
    "adds a second, 8 clients: the bare view": 200.0,
    "rows a second of recalculate_cart_totals, one process": 8_000.0,
    "rows a second of check_low_stock, one process": 6_000.0,
    "rows a second of record_analytics, one process": 7_000.0,
}


def write(folder: Path, rows: dict[str, float]) -> Path:
    """As the bench writes them, so far as it is read."""
    results = folder / "results.json"
    results.write_text(json.dumps([{"measure": "adding", "name": name, "value": rows[name]} for name in rows]))
    return results


@pytest.mark.parametrize(
    ("servers", "load", "chance"),
    [(1, 0.3, 0.3), (2, 1.0, 1 / 3), (3, 2.0, 4 / 9), (10, 8.0, 0.4092)],  # one server: as likely as it is busy
)
def test_erlangs_formula(servers: int, load: float, chance: float) -> None:
    assert chance_to_wait(servers, load) == pytest.approx(chance, abs=0.0001)


def test_the_late_wait_of_one_server_is_that_of_an_exponential_queue() -> None:
    """Of M/M/1 more than t is waited with the chance 0.5 · e^(-0.5 t): 5 per cent at ln(10) / 0.5."""
    assert late_wait(1, rate=0.5, seconds=1) == pytest.approx(4.605, abs=0.001)


def test_who_seldom_waits_has_no_late_wait() -> None:
    assert late_wait(4, rate=0.1, seconds=1) == 0


def test_more_adds_need_more_and_never_less() -> None:
    needs = [need(rate, COSTS, TARGET) for rate in range(1, 3000, 7)]
    for name in ("web", "workers", "database_cores", "connections"):
        numbers = [getattr(each, name) for each in needs]
        assert numbers == sorted(numbers)
        assert numbers[0] >= 1


@pytest.mark.parametrize("rate", RATES)
def test_what_is_needed_keeps_the_target_and_one_less_does_not(rate: int) -> None:
    web = need(rate, COSTS, TARGET).web
    assert keeps_the_target(web, rate)
    assert web == 1 or not keeps_the_target(web - 1, rate)


def keeps_the_target(web: int, rate: int) -> bool:
    return rate * COSTS.web / web <= TARGET.busy and late_wait(web, rate, COSTS.web) <= TARGET.wait


def test_nobody_waits_for_workers() -> None:
    assert need(1_000, COSTS, Target(0.7, 0.0001)).workers == need(1_000, COSTS, Target(0.7, 10)).workers == 2


def test_less_patience_needs_more() -> None:
    assert need(1_000, COSTS, Target(0.99, 0.0001)).web > need(1_000, COSTS, Target(0.99, 0.02)).web


def test_the_first_limit_is_the_lower_one() -> None:
    found = limits(COSTS, TARGET, database_cores=16)
    assert [rate for rate, _ in found] == pytest.approx([350, 4_200, 5_600])
    row, drain, machine = (what for _, what in found)
    assert ("one variant" in row, "one effect" in drain, "16 cores" in machine) == (True, True, True)
    better = replace(COSTS, row_rate=20_000, drain_rate=10_000)
    assert [what for _, what in limits(better, TARGET, database_cores=16)] == [machine, drain, row]


@pytest.mark.parametrize(("web", "cores", "most"), [(1, 8, 250), (2, 1, 1 / 0.007)])
def test_one_machine_is_full_by_its_web_processes_or_by_its_cores(web: int, cores: int, most: float) -> None:
    assert on_one_machine(COSTS, web=web, cores=cores) == pytest.approx(most)


def test_costs_are_read_by_the_names_of_the_rows(tmp_path: Path) -> None:
    assert Measured(write(tmp_path, ROWS)).costs() == COSTS


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    rows = {each: value for each, value in ROWS.items() if each != name}
    with pytest.raises(LocalError, match=f"no row '{name}'. Run: make bench"):
        Measured(write(tmp_path, rows))[name]


@pytest.mark.parametrize("name", ROWS)
def test_the_bench_writes_a_row_of_that_name(name: str) -> None:
    """Of each effect by one text in its source."""
    written = re.sub(r"\b(recalculate_cart_totals|check_low_stock|record_analytics)\b", "{effect}", name)
    assert any(written in file.read_text() for file in (REPOSITORY / "bench" / "measures").glob("*.py"))


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "bench.simulate", *arguments]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


def test_the_table_stands_beside_the_measured_point(tmp_path: Path) -> None:
    code, text = run("--results", str(write(tmp_path, ROWS)))
    assert code == 0
    for rate in RATES:
        its = need(rate, COSTS, TARGET)
        numbers = [rate, its.web, its.workers, its.database_cores, its.connections]
        assert [f"{number:,}" for number in numbers] in [line.split() for line in text.splitlines()]
    assert "on 2 cores: 200 adds a second. These costs\nallow 286: 70% of it was reached" in text


def test_without_results_it_says_what_to_run(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    assert run("--results", str(missing)) == (1, f"error: There is no {missing}. Run: make bench\n")
