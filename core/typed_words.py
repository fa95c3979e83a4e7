"""Search by what people type: `starts_words` for the beginnings of words, `Code` for codes such as postcodes.

Accents, case and marks do not count. The database folds the column and what was typed by the same SQL, so an index on
the same expression serves the search: `GinIndex(WordVector("name"), ...)`, `Index(Code("postcode"), ...)`. This needs
no extension, which a managed server may refuse. Migrations name these classes: to fold otherwise, write another class
and build another index. Case counts for what the locale of the database does not know: with C, letters beyond Latin.
"""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, CharField, F, Func, Value

LONGEST = 100  # letters of what was typed; a word of a tsquery can have 2,046 bytes

# NFD parts a letter from its accents, which are dropped. The other letters are those that it cannot part. The dashes
# and apostrophes are marks, which the locale C does not know.
_FOLDED = (
    "replace(replace(replace(translate(lower("
    "regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g')), "
    "'\u00d8\u00f8\u0141\u0142\u0110\u0111\u00d0\u00f0\u0131\u00c6\u0152\u2018\u2019\u2010\u2013', "
    "'oollddddi\u00e6\u0153    '), '\u00df', 'ss'), '\u00e6', 'ae'), '\u0153', 'oe')"
)
_WORDS = f"array_remove(regexp_split_to_array({_FOLDED}, '[[:space:][:punct:]]+'), '')"


class WordVector(Func):
    """The folded words of a text, as a tsvector.

    By `array_to_tsvector`, since the parser of `to_tsvector` takes "St.John" for the name of a host.
    """

    template = f"array_to_tsvector({_WORDS})"
    output_field = SearchVectorField()


class _Beginnings(Func):
    """A tsquery for all words of a text, each as a beginning; NULL, which finds nothing, for a text without words."""

    template = f"(SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest({_WORDS}) word)"  # noqa: S608
    output_field = SearchVectorField()


class _Matches(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class Code(Func):
    """A code in capitals without blanks and marks: "sw1a 1aa" and "SW1A-1AA" are one."""

    template = "upper(regexp_replace(%(expressions)s, '[[:space:][:punct:]]', '', 'g'))"
    output_field = CharField()


def starts_words(column: str, typed: str) -> Func:
    """The condition that each word of what was typed is the beginning of a word of the column."""
    text = Value(typed[:LONGEST], output_field=CharField())
    return _Matches(WordVector(F(column)), _Beginnings(text))
