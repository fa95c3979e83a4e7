"""Goods found by what somebody typed: `products_matching`, `rank_matches`, and `nearest_spelling` where nothing is.

How a text is split into words and made a query is decided by functions of the database, which its triggers call for
goods too: see docs/search.md.
"""

import time
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from inventory.models import Product


class _QueryOf(SearchQuery):
    """A query that a function of the database makes of a text. As a sub-select it is made once, not once a row."""

    template = "(SELECT %(function)s(%(expressions)s))"

    def __init__(self, text: str, function: str = "inventory_query") -> None:
        super().__init__(text)
        self.function = function


def products_matching(text: str) -> QuerySet[Product]:
    """Return the products that have all words of the text in their name, number, or names and SKUs on sale.

    And those whose whole name, number or SKU the text is. Case, accents and synonyms make no difference.
    """
    return Product.objects.filter(search=_QueryOf(text))


def rank_matches(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Keep the products that match, each with its `rank`: a whole name, number or SKU ranks highest."""
    is_whole = When(search=_QueryOf(text, "inventory_whole_query"), then=Value(9.0))
    rank = Case(is_whole, default=SearchRank(F("search"), _QueryOf(text)))
    return products.filter(search=_QueryOf(text)).annotate(rank=rank)


_MOST_GOODS = 20_000
_KNOWN_FOR = 600  # seconds
_LEAST_ALIKE = 0.9

# Names of goods and variants on sale, best sellers first, and synonyms.
_WORDS = """
WITH product AS (
    SELECT id, name FROM inventory_product product
     WHERE is_listed AND EXISTS (SELECT FROM inventory_productvariant WHERE product_id = product.id AND is_active)
     ORDER BY units_sold DESC, id DESC LIMIT %s
), line (of) AS (
    SELECT name FROM product
     UNION ALL SELECT variant.name FROM inventory_productvariant variant JOIN product ON product.id = product_id
                WHERE variant.is_active
     UNION ALL SELECT words FROM inventory_synonym
)
SELECT word, count(*) FROM line, unnest(inventory_words(line.of)) word
 WHERE length(word) > 2 AND word !~ '[0-9]' GROUP BY word
"""


def nearest_spelling(text: str) -> str | None:
    """Return the text with each word that the catalogue does not have replaced by the most similar one that it has.

    None if there is no such word. The result may find nothing: its words need not stand in one product. 1 query; a
    process asks for the words of the catalogue once in ten minutes, which is 1 more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT inventory_words(%s)", [text])
        typed: list[str] = cursor.fetchone()[0]
    known = _words_on_sale(int(time.monotonic() // _KNOWN_FOR))
    near = [word if word in known else _most_similar(word, known) for word in typed]
    return None if near == typed else " ".join(near)


@lru_cache(maxsize=1)
def _words_on_sale(period: int) -> dict[str, int]:
    """In how many names each word is. Bounded: a search that finds nothing must not read a whole large catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [_MOST_GOODS])
        return dict(cursor.fetchall())


def _most_similar(word: str, known: dict[str, int]) -> str:
    """The most frequent word one slip away, two in a longer word; else one that begins alike; else the word itself."""
    if len(word) < 3 or not word.isalpha():
        return word
    slips = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=1 if len(word) < 6 else 2, limit=None)
    if slips:
        return min(slips, key=lambda found: (found[1], -known[found[0]], found[0]))[0]
    alike = process.extractOne(word, known.keys(), scorer=JaroWinkler.normalized_similarity, score_cutoff=_LEAST_ALIKE)
    return alike[0] if alike else word
