"""Moments are shown in one form on all pages and in all e-mails: the formats of the language, 24 hours in English."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation

from core.text import date_and_time

PATTERN = re.compile(r"""\|(?:date|time):["']([^"']*)["']""")
# For attributes that programs read, for traces, where seconds count, for the days along a chart, and the time zone of
# what was declared.
ALLOWED = {"DATETIME_FORMAT", "DATE_FORMAT", "TIME_FORMAT", "c", "j M Y, H:i:s", "j M", "T"}
MOMENT = datetime(2026, 11, 6, 21, 5, tzinfo=UTC)


def test_templates_name_the_format_and_spell_out_none() -> None:
    root = Path(settings.BASE_DIR)
    templates = [path for kind in ("html", "txt") for path in root.glob(f"*/templates/**/*.{kind}")]
    found = {pattern for path in templates for pattern in PATTERN.findall(path.read_text())}
    assert "DATETIME_FORMAT" in found
    assert found - ALLOWED == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-gb", "6 Nov 2026, 21:05"),
        ("en", "6 Nov 2026, 21:05"),
        ("en-us", "6 Nov 2026, 21:05"),
        ("en-au", "6 Nov 2026, 21:05"),
        ("de", "6. November 2026 21:05"),
        ("fr", "6 novembre 2026 21:05"),
    ],
)
def test_a_moment_in_the_language_of_the_page(language: str, text: str) -> None:
    plain = engines["django"].from_string("{{ moment }}|{{ moment|date }}|{{ moment|date:'DATETIME_FORMAT' }}")
    with translation.override(language):
        assert date_and_time(MOMENT) == text
        assert plain.render({"moment": MOMENT}).split("|")[::2] == [text, text]
        if language.startswith("en"):
            assert plain.render({"moment": MOMENT}).split("|")[1] == "6 Nov 2026"
