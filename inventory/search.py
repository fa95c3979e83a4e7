"""Words that somebody typed, as a question to PostgreSQL's full-text search. See docs/search.md."""

import re

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from inventory.models import Product, ProductVariant

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


def rank_matches(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those that have all the words, the last one also as a beginning. Each has its `rank`: an exact number first."""
    query = search_query(text)
    if query is None:
        return products.none().annotate(rank=Value(0.0))
    skus = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True, sku__iexact=text)
    exact = Q(number__iexact=text) | Q(Exists(skus))
    rank = Case(When(exact, then=Value(9.0)), default=SearchRank(F("search"), query))
    return products.filter(search=query).annotate(rank=rank)
