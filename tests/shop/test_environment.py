"""What differs between machines: each variable that settings read is told to who runs the shop, and reaches it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shop.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
# A container is never in debug mode, and its image has collected the files.
NEVER_IN_A_CONTAINER = {"DEBUG", "STATIC_COLLECTED", "STRIPE_API_BASE"}


def text(name: str) -> str:
    return (ROOT / name).read_text()


def read_by_settings() -> set[str]:
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text("shop/settings.py")))
    assert len(names) > 20
    return names


def test_the_example_names_every_variable() -> None:
    assert read_by_settings() - set(re.findall(r"^(?:# )?([A-Z_]+)=", text(".env.example"), re.MULTILINE)) == set()


def test_every_variable_reaches_the_containers() -> None:
    passed_on = set(re.findall(r"\b([A-Z_]+): ", text("docker-compose.yml")))
    assert read_by_settings() - NEVER_IN_A_CONTAINER - passed_on == set()


def test_what_is_left_out_has_the_same_default_in_all_places() -> None:
    """A line of the example that is uncommented as it stands changes nothing."""
    example = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE))
    passed_on = dict(re.findall(r"^ +([A-Z_]+): \$\{\1:-(.+)\}$", text("docker-compose.yml"), re.MULTILINE))
    assert len(passed_on) > 10
    assert {name: example[name] for name in passed_on if name not in {"EMAIL_URL"}} == {
        name: value for name, value in passed_on.items() if name not in {"EMAIL_URL"}
    }


def test_a_variable_can_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the end of the line that `echo` puts there."""
    (tmp_path / "token").write_text("of a file\n")
    monkeypatch.setenv("A_TOKEN_FILE", str(tmp_path / "token"))
    assert Environment().str("A_TOKEN") == "of a file"


def test_a_file_that_is_missing_is_no_empty_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_TOKEN_FILE", str(tmp_path / "nothing"))
    with pytest.raises(FileNotFoundError):
        Environment().str("NO_TOKEN", "")


def test_an_app_of_the_owner_stands_before_the_back_office() -> None:
    """Whose roles may then name what it has."""
    ask = "from shop.settings import INSTALLED_APPS; print(INSTALLED_APPS[-2:])"
    env = os.environ | {"SHOP_APPS": "django.contrib.humanize", "SHOP_DEMO": "false"}
    told = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['django.contrib.humanize', 'backoffice.apps.BackofficeConfig']"
