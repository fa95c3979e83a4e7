"""`family_names`: the name of a product is what its variants' titles share; a variant's name is the rest."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import reduce

from demo.invoices.titles import COLOURS, NOT_FIRST, NOT_LAST, SIZES, SMALL_WORDS
from inventory.models import ONLY_VARIANT

_ARTICLES = {"a", "an", "the"}
_CONNECTORS = SMALL_WORDS - _ARTICLES | {"&", "-", ""}


def family_names(titles: Sequence[str], suffixes: Sequence[str]) -> tuple[str, list[str]]:
    """Return the product's name and its variants' names, in the order given, the most sold variant first.

    "Pink Fly Swat", "Blue Fly Swat" give "Fly Swat" with "Pink" and "Blue". If the titles share no words that
    make a name, the product has the title of its most sold variant, and each variant has its own title.
    Variants' names are never empty and never equal: if the log has one name for two, the letter of the code
    is added.
    """
    if len(titles) == 1:
        return titles[0], [ONLY_VARIANT]
    word_lists = [title.split() for title in titles]
    shared = _shared_words(word_lists)
    if not _reads_as_name(shared, word_lists):
        return titles[0], _told_apart(titles, suffixes)
    own = [_as_name(_without(words, shared)) for words in word_lists]
    return _as_name(shared), _told_apart(own, suffixes)


def _shared_words(word_lists: Sequence[Sequence[str]]) -> list[str]:
    """The words that all titles have, in the order and spelling of the first title."""
    common = reduce(Counter.__and__, (Counter(map(_key, words)) for words in word_lists))
    if any(COLOURS & set(map(_key, words)) - set(common) for words in word_lists):
        # "Pink & White Tray" and "Blue & White Tray" share no "White Tray": if one colour differs, no colour
        # is shared.
        common -= Counter({colour: common[colour] for colour in COLOURS})
    shared = []
    for word in word_lists[0]:
        if common[_key(word)] > 0:
            common[_key(word)] -= 1
            shared.append(word)
    return _trimmed(shared)


def _key(word: str) -> str:
    """Equal for forms of one word: Coaster and Coasters, Box and Boxed, Jewel and Jewelled."""
    bare = word.casefold().strip(',."()')
    if len(bare) > 4 and bare.endswith("ed"):
        bare = bare.removesuffix("ed")
        return bare[:-1] if bare.endswith("ll") else bare
    return bare.removesuffix("s") if len(bare) > 3 else bare


def _without(words: Sequence[str], shared: Sequence[str]) -> list[str]:
    """The words without the shared ones, removed from the end: "Fairy Soap Soap Holder" keeps Fairy Soap.

    A connecting word is removed with the word that it connects: "Rose Candle in Box" without Candle is not
    "Rose in Box".
    """
    to_take = Counter(map(_key, shared))
    left: list[str] = []
    gap = True
    for word in reversed(words):
        taken = to_take[_key(word)] > 0
        if taken:
            to_take[_key(word)] -= 1
        elif not (gap and word in _CONNECTORS):
            left.append(word)
        if taken and left and left[-1] in _CONNECTORS:
            left.pop()
        gap = taken
    return left[::-1]


def _trimmed(words: Sequence[str]) -> list[str]:
    """Without words at either end that connect to, or belong to, a missing word."""
    kept = list(words)
    while kept and (kept[0].casefold() in _CONNECTORS or _key(kept[0]) in NOT_FIRST):
        kept.pop(0)
    while kept and (kept[-1].casefold() in _CONNECTORS | _ARTICLES or _key(kept[-1]) in NOT_LAST):
        kept.pop()
    return kept


def _reads_as_name(shared: Sequence[str], word_lists: Sequence[Sequence[str]]) -> bool:
    """Whether the shared words name a thing: two significant words, or one in the position of a noun."""
    telling = [word for word in map(_key, shared) if re.search("[a-z]{3}", word) and word not in COLOURS | SIZES]
    if len(telling) != 1:
        return len(telling) > 1
    ends = any(_key(words[-1]) == telling[0] for words in word_lists)
    return ends or all(_key(words[0]) == telling[0] for words in word_lists)


def _as_name(words: Sequence[str]) -> str:
    name = " ".join(words).strip(" ,.;:&/-")
    if name.count('"') == 2 and name[0] == name[-1] == '"':
        name = name.strip('"')
    return name[:1].upper() + name[1:]


def _told_apart(names: Sequence[str], suffixes: Sequence[str]) -> list[str]:
    times = Counter(name.casefold() for name in names)
    return [
        _lettered(name, suffix) if times[name.casefold()] > 1 else name or ONLY_VARIANT
        for name, suffix in zip(names, suffixes, strict=True)
    ]


def _lettered(name: str, suffix: str) -> str:
    design = f"Design {suffix}" if suffix else ONLY_VARIANT
    return f"{name}, {design}" if name else design
