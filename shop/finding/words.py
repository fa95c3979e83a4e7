"""What was typed into the search field, made safe and made a question to PostgreSQL."""

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from inventory.models import Product, ProductVariant
from inventory.search import search_query

LONGEST = 200


def tidy(text: str) -> str:
    """The text as it is shown and kept: one line without control characters, cut to `LONGEST`."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: LONGEST * 4])
    return " ".join(printable.split())[:LONGEST].strip()


def matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those that have all the words, the last one also as a beginning. Each has its `rank`: an exact number first."""
    query = search_query(text)
    if query is None:
        return products.none().annotate(rank=Value(0.0))
    skus = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True, sku__iexact=text)
    exact = Q(number__iexact=text) | Q(Exists(skus))
    rank = Case(When(exact, then=Value(9.0)), default=SearchRank(F("search"), query))
    return products.filter(search=query).annotate(rank=rank)
