"""The picture of a product that has none: a piece of wrapping paper, always the same for the same product."""

import re
import zlib

from inventory.models import Product

_PAPERS = 6  # patterns in shop.css: paper-0 …

# Inks in shop.css, and the words in a name that ask for one.
_INKS = {
    "rose": {"pink", "rose", "strawberry", "raspberry", "fairy"},
    "red": {"red", "cherry", "ruby", "retrospot", "poppy", "christmas"},
    "amber": {"orange", "gold", "amber", "yellow", "lemon", "honey", "brass", "vanilla"},
    "green": {"green", "mint", "lime", "olive", "jade", "garden", "woodland", "leaf"},
    "teal": {"turquoise", "aqua", "teal", "peacock", "sea"},
    "blue": {"blue", "navy", "sapphire", "spaceboy", "sky", "denim"},
    "violet": {"purple", "lilac", "lavender", "violet", "amethyst", "plum"},
    "stone": {"black", "white", "cream", "ivory", "silver", "grey", "natural", "antique", "crystal", "glass", "wooden"},
}
_INK_OF = {word: ink for ink, words in _INKS.items() for word in words}
_NOT_INITIALS = {"a", "and", "for", "in", "of", "on", "set", "the", "to", "with"}


def tile_classes(product: Product) -> str:
    """The classes of the tile: its ink by the first colour in the name, else drawn by lot from the number."""
    lot = zlib.crc32(product.number.encode())
    inks = [_INK_OF[word] for word in _words(product.name) if word in _INK_OF]
    ink = inks[0] if inks else list(_INKS)[lot % len(_INKS)]
    return f"ink-{ink} paper-{lot // len(_INKS) % _PAPERS}"


def initials(product: Product) -> str:
    """One or two letters for the label on the paper."""
    words = [word for word in _words(product.name) if word not in _NOT_INITIALS and not word[0].isdigit()]
    return "".join(word[0] for word in words[:2]).upper() or product.name[:1].upper()


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", name.lower())
