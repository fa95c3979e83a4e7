"""What people write in Markdown, and what of it reaches a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.markdown import rendered


def test_markdown_is_rendered() -> None:
    text = "# Care\n\nWash **cold**, see [here](https://care.example/?a=1&b=2).\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|"
    html = rendered(text)
    assert "<h2>Care</h2>" in html
    assert "<strong>cold</strong>" in html
    assert '<a href="https://care.example/?a=1&amp;b=2" rel="noopener">here</a>' in html
    assert "<li>two</li>" in html
    assert "<td>2</td>" in html


def test_a_new_line_is_a_new_line() -> None:
    assert rendered("Monday\nTuesday") == "<p>Monday<br>\nTuesday</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://elsewhere.example/pixel.png)",
        "<javascript:alert(1)>",
    ],
)
def test_nothing_of_it_runs_or_is_fetched(text: str) -> None:
    html = rendered(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


@given(st.text(alphabet="<>&\"'[]()!`*_#- \n:/abjavscriptdtonle=", max_size=80))
def test_no_text_makes_another_element(text: str) -> None:
    html = rendered(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in "".join(part.split('"')[1] for part in html.split("<a ")[1:] if part.startswith("href"))
