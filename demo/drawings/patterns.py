"""`SURFACES` and `PAPERS`: SVG patterns on things, and on the paper below them. `surface_of` chooses."""

import re

# On things: the size of a pattern's tile, and its shapes, in the paints of the thing.
SURFACES: dict[str, tuple[int, str]] = {
    "plain": (0, ""),
    "spots": (22, '<circle class="w" cx="5.5" cy="5.5" r="4"/><circle class="w" cx="16.5" cy="16.5" r="4"/>'),
    "stripes": (16, '<path class="w" d="M0 0h7v16H0z"/>'),
    "gingham": (16, '<path class="w o" d="M0 0h8v16H0z"/><path class="w o" d="M0 0h16v8H0z"/>'),
    "flowers": (
        26,
        '<g class="w"><circle cx="8" cy="4" r="3"/><circle cx="4" cy="8" r="3"/><circle cx="12" cy="8" r="3"/><circle cx="8" cy="12" r="3"/><circle cx="21" cy="21" r="3"/></g><circle class="y" cx="8" cy="8" r="2.5"/>',
    ),
    "hearts": (
        24,
        '<path class="w" d="M7 13C-1 7 2 2 4.5 2 6.5 2 7 4 7 5c0-1 .5-3 2.5-3C12 2 15 7 7 13zM19 25c-8-6-5-11-2.5-11 2 0 2.5 2 2.5 3 0-1 .5-3 2.5-3C24 14 27 19 19 25z"/>',
    ),
    "stars": (
        24,
        '<path class="w" d="M7 1l2 4 4 .5-3 3 1 4.5-4-2-4 2 1-4.5-3-3 4-.5zM19 13l1.5 3 3.5.5-2.5 2.5.5 4-3-1.5"/>',
    ),
    "zigzag": (20, '<path class="s W" stroke-width="4" d="M-2 12L5 5l10 10 7-7"/>'),
}
_SURFACE_WORDS = {
    "spots": "retrospot polkadot spot spots spotty dotty polka tutti toadstool",
    "stripes": "stripe stripes striped stripey stripy circus deckchair candy sailor",
    "gingham": "gingham check checked tartan picnic patchwork",
    "flowers": "flower flowers floral daisy rose botanical blossom paisley garden liberty folkart lace peony botanic",
    "hearts": "heart hearts sweetheart love valentine",
    "stars": "star stars spaceboy space christmas night",
    "zigzag": "zigzag moroccan baroque retro aztec psychedelic funky",
}
_SURFACE_OF = {word: surface for surface, words in _SURFACE_WORDS.items() for word in words.split()}
# One of these is drawn by lot if no word matches: most are plain.
_BY_LOT = ("plain", "plain", "plain", "stripes", "plain", "spots", "plain", "flowers")

# On papers: the same patterns, and as many, as in shop.css.
PAPERS = (
    (28, '<circle cx="7" cy="7" r="4.5"/><circle cx="21" cy="21" r="4.5"/>'),
    (24, '<path d="M0 12L12 0h12L0 24zM24 12v12H12z"/>'),
    (30, '<path fill-opacity=".6" d="M0 0h15v30H0z"/><path fill-opacity=".6" d="M0 0h30v15H0z"/>'),
    (24, '<path fill="none" stroke="#F" stroke-width="4" d="M0 6a12 12 0 0 0 24 0"/>'),
    (26, '<path d="M13 4l9 15H4z"/>'),
    (24, '<path fill="none" stroke="#F" stroke-width="2.5" d="M0 0l24 24M24 0L0 24"/>'),
    (
        30,
        '<path d="M8 14C-1 8 3 2 6 2q2 0 2 3 0-3 2-3c3 0 7 6-2 12zM23 29c-9-6-5-12-2-12q2 0 2 3 0-3 2-3c3 0 7 6-2 12z"/>',
    ),
    (
        32,
        '<path d="M8 2l2 4 4 .6-3 3 .7 4.4-3.7-2-3.7 2 .7-4.4-3-3L6 6zM24 18l2 4 4 .6-3 3 .7 4.4-3.7-2-3.7 2 .7-4.4-3-3 4-.6z"/>',
    ),
)


def surface_of(words: str, lot: int) -> str:
    """Return the name of the pattern for these words. If none matches, `lot` decides."""
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _SURFACE_OF:
            return _SURFACE_OF[word]
    return _BY_LOT[lot % len(_BY_LOT)]
