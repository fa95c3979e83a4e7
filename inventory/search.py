"""Words that somebody typed, as a question to PostgreSQL's full-text search. See docs/search.md."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from inventory.models import Product

_MOST_WORDS, _LONGEST_WORD = 12, 40
_LANGUAGE = "pg_catalog.english"  # as the triggers of inventory.0006_search have it


def search_query(text: str) -> SearchQuery | None:
    """All of the words, the last one also as a beginning, for `Product.search`. None where there is no word at all.

    Only letters and digits get through, so nothing is left to escape.
    """
    words = [word[:_LONGEST_WORD] for word in re.findall(r"[^\W_]+", text)][:_MOST_WORDS]
    if not words:
        return None
    beginning = SearchQuery(f"'{words[-1]}':*", config=_LANGUAGE, search_type="raw")
    if len(words) == 1:
        return beginning
    return SearchQuery(" ".join(words[:-1]), config=_LANGUAGE, search_type="plain") & beginning


def products_matching(text: str) -> QuerySet[Product]:
    """Products that have all of the words in their names or numbers, or in those of their variants on sale."""
    query = search_query(text)
    return Product.objects.filter(search=query) if query else Product.objects.none()
