"""`rendered`, text in Markdown as HTML that is safe on any page: descriptions of goods, and the owner's pages.

`plain` is the same text without its marks, for machines.
"""

from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# No picture: it could be anywhere, and the policy of the pages refuses it.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "s", "a", "blockquote", "hr", "br", "code"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def rendered(text: str) -> SafeString:
    """Return the HTML of a text in Markdown (CommonMark, with tables); HTML in it is shown as it was typed.

    The largest heading becomes h2, since a page has its own h1. The parser lets no HTML pass; nh3 keeps only the listed
    elements and addresses by http, https, mailto and tel, so a fault of the parser is no hole.
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
    html = nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return mark_safe(html)  # noqa: S308 -- cleaned just above


def plain(text: str) -> str:
    """Return a text in Markdown as one line without marks: for descriptions in search engines. It is not HTML."""
    html = _parser.render(text)
    return " ".join(unescape(nh3.clean(html, tags=set())).split())
