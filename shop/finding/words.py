"""What was typed into the search field, made safe and made a question to PostgreSQL."""

import re

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from inventory.models import Product, ProductVariant

LONGEST = 200
_MOST_WORDS, _LONGEST_WORD = 12, 40
_LANGUAGE = "pg_catalog.english"  # as the triggers of inventory.0006_search have it


def tidy(text: str) -> str:
    """The text as it is shown and kept: one line without control characters, cut to `LONGEST`."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: LONGEST * 4])
    return " ".join(printable.split())[:LONGEST].strip()


def matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those that have all the words, the last one also as a beginning. Each has its `rank`: an exact number first."""
    query = _query(text)
    if query is None:
        return products.none().annotate(rank=Value(0.0))
    skus = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True, sku__iexact=text)
    exact = Q(number__iexact=text) | Q(Exists(skus))
    rank = Case(When(exact, then=Value(9.0)), default=SearchRank(F("search"), query))
    return products.filter(search=query).annotate(rank=rank)


def _query(text: str) -> SearchQuery | None:
    """None where there is no word at all. Only letters and digits get through, so nothing is left to escape."""
    words = [word[:_LONGEST_WORD] for word in re.findall(r"[^\W_]+", text)][:_MOST_WORDS]
    if not words:
        return None
    beginning = SearchQuery(f"'{words[-1]}':*", config=_LANGUAGE, search_type="raw")
    if len(words) == 1:
        return beginning
    return SearchQuery(" ".join(words[:-1]), config=_LANGUAGE, search_type="plain") & beginning
