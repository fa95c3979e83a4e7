"""`PAINTS` and `PAPERS`: the colours of things and of the paper below them. `paint_of` and `paper_for` choose."""

import re
from typing import NamedTuple


class Paint(NamedTuple):
    """The colours of a thing: main colour, its shade and tint, and a second colour that matches."""

    main: str
    shade: str
    tint: str
    second: str


class Paper(NamedTuple):
    """The colours of a wrapping paper: its ground and its print. shop.css has the same."""

    ground: str
    figure: str


PAINTS = {
    "rose": Paint("#d9728a", "#b04c66", "#f2b8c4", "#7d2f45"),
    "red": Paint("#c8402f", "#9a2b1e", "#ec9a8b", "#f3d6a2"),
    "coral": Paint("#e07b54", "#b6562f", "#f6c0a4", "#2c6e63"),
    "amber": Paint("#e0a030", "#b0761a", "#f6d894", "#a3322a"),
    "green": Paint("#6d9150", "#4c6c34", "#b9cf9f", "#d9728a"),
    "mint": Paint("#7fbfa8", "#539580", "#c8e6da", "#d0604f"),
    "teal": Paint("#2f8577", "#1d5f54", "#97cabf", "#e9b44c"),
    "blue": Paint("#4a78b5", "#31568a", "#a9c4e6", "#e39a3b"),
    "sky": Paint("#86b4d8", "#5a8bb4", "#cfe3f2", "#c85a4a"),
    "navy": Paint("#2b4268", "#1b2c49", "#8da4c8", "#d9a441"),
    "violet": Paint("#8a64b0", "#684688", "#cbb4e0", "#e3b04a"),
    "cream": Paint("#f3e6c8", "#d3bd8f", "#fffaec", "#b5583f"),
    "white": Paint("#fbf8f0", "#d8d0c0", "#ffffff", "#4a78b5"),
    "silver": Paint("#b9c0c4", "#8b949a", "#e6eaec", "#8a64b0"),
    "gold": Paint("#cfa13d", "#9d7522", "#f0d58c", "#7d2f45"),
    "brown": Paint("#95643f", "#6d452a", "#d3ae8c", "#e9c46a"),
    "black": Paint("#3c3a40", "#232126", "#8a8790", "#d9728a"),
}

# The words of a name that choose a paint. Words for colours come before words for things that have a colour.
_WORDS = (
    {
        "rose": "pink rose fuchsia magenta",
        "red": "red ruby scarlet",
        "coral": "orange coral apricot peach",
        "amber": "yellow amber mustard",
        "gold": "gold golden brass",
        "green": "green olive jade lime emerald camo",
        "mint": "mint pistachio eau turquoise aqua",
        "teal": "teal peacock",
        "blue": "blue sapphire montana cobalt",
        "navy": "navy midnight denim",
        "sky": "sky pale",
        "violet": "purple lilac lavender violet amethyst mauve",
        "cream": "cream ivory vanilla natural pearl beige",
        "white": "white clear crystal frosted porcelain",
        "silver": "silver grey gray zinc metal pewter tin wire chrome aluminium",
        "brown": "brown chocolate wood wooden copper bronze wicker bamboo oak topaz",
        "black": "black jet noir",
    },
    {
        "red": "retrospot christmas cherry strawberry poppy union tomato santa apples",
        "rose": "fairy princess sweetheart valentine flamingo boudoir dolly",
        "blue": "spaceboy seaside ocean regatta",
        "green": "garden woodland botanical herb leaf frog holly tree",
        "violet": "paisley",
        "amber": "lemon honey sunflower chick bee",
        "black": "skull skulls",
        "cream": "vintage antique lace regency",
        "brown": "rustic teddy owl coffee",
    },
)
_PAINT_OF = tuple({word: paint for paint, words in layer.items() for word in words.split()} for layer in _WORDS)

PAPERS = (
    Paper("#f7e1e3", "#efccd1"),
    Paper("#f6dfd8", "#eec7bc"),
    Paper("#f8ebcf", "#f0dbb0"),
    Paper("#e3ecd9", "#cedebe"),
    Paper("#d9ece8", "#bcdcd5"),
    Paper("#dfe8f3", "#c6d6ea"),
    Paper("#ebe3f2", "#d9cae6"),
    Paper("#eeebe4", "#dfd9cd"),
)
# The papers that match a paint and have enough contrast to it.
_PAPERS_FOR = {
    "rose": (4, 5, 7, 2, 3),
    "red": (2, 4, 5, 7, 3),
    "coral": (4, 5, 7, 3),
    "amber": (4, 5, 6, 0, 3),
    "green": (0, 2, 1, 6, 7),
    "mint": (0, 1, 2, 6, 7),
    "teal": (2, 0, 1, 7, 6),
    "blue": (2, 0, 1, 3, 7),
    "sky": (0, 2, 1, 6, 7),
    "navy": (2, 0, 4, 1, 5),
    "violet": (2, 3, 4, 0, 7),
    "cream": (0, 4, 5, 3, 6, 1),
    "white": (0, 1, 4, 5, 6, 3),
    "silver": (0, 2, 6, 4, 1),
    "gold": (6, 4, 0, 5, 3),
    "brown": (4, 2, 3, 5, 0),
    "black": (0, 2, 6, 4, 5),
}
# The bright paints, one of which is drawn by lot if no word matches.
_BY_LOT = ("rose", "red", "coral", "amber", "green", "mint", "teal", "blue", "sky", "violet", "navy", "gold")


def paint_of(words: str, lot: int) -> str:
    """Return the name of the paint for these words, colours before things. If none matches, `lot` decides."""
    spoken = re.findall(r"[a-z]+", words.lower())
    for layer in _PAINT_OF:
        for word in spoken:
            if word in layer:
                return layer[word]
    return _BY_LOT[lot % len(_BY_LOT)]


def paper_for(paint: str, lot: int) -> int:
    """Return the number of a paper that matches this paint. `lot` decides which."""
    choices = _PAPERS_FOR[paint]
    return choices[lot % len(choices)]
