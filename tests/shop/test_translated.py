"""Every word of a shopper's page can be translated."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "shop" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "admin" not in path.parts)

# What is no text of the page: translated, commented, a style or script, a tag or value of the template.
NO_TEXT = re.compile(
    r"{% blocktranslate.*?{% endblocktranslate %}|{#.*?#}|<(style|script)\b.*?</\1>|{%.*?%}|{{.*?}}", re.DOTALL
)
SAID = re.compile(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"')


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_word_stands_in_a_template_without_being_marked(page: Path) -> None:
    markup = NO_TEXT.sub("", page.read_text())
    texts = [*SAID.findall(markup), *re.split(r"<[^>]*>", markup)]
    assert [text.strip() for text in texts if re.search(r"[A-Za-z]{2}", text)] == []
