"""`title_of`: a description of the log as a title. Short forms are written out, then it gets title case.

The tables come from the descriptions of the log, checked word by word. They have only words with one meaning in the
whole log.
"""

import re

# A whole word (in capitals, without a comma after it) and its replacement.
WORDS = {
    "ADE": "AID",
    "ANT": "ANTIQUE",
    "ARTIIFCIAL": "ARTIFICIAL",
    "ASS": "ASSORTED",
    "ASST": "ASSORTED",
    "ASSTD": "ASSORTED",
    "B'DRAW": "DRAWER",
    "B'FLY": "BUTTERFLY",
    "BAROQUECANDLESTICK": "BAROQUE CANDLESTICK",
    "BLACKCHRISTMAS": "BLACK CHRISTMAS",
    "BLK": "BLACK",
    "C/COVER": "CUSHION COVER",
    "CAND": "CANDLE",
    "CANDL": "CANDLE",
    "CANDYSTUFT": "CANDYTUFT",
    "CEATURE": "CREATURE",
    "CHILDRENS": "CHILDREN'S",
    "CHILDS": "CHILD'S",
    "CHOC": "CHOCOLATE",
    "CINAMMON": "CINNAMON",
    "COL": "COLOUR",
    "DADS": "DAD'S",
    "DEC": "DECORATION",
    "DES": "DESIGN",
    "DOORSIGN": "DOOR SIGN",
    "DRAWERKNOB": "DRAWER KNOB",
    "FRAPPUCINO": "FRAPPUCCINO",
    "FRUITBOWL": "FRUIT BOWL",
    "FUSCHIA": "FUCHSIA",
    "GARDENERS": "GARDENER'S",
    "GARLD": "GARLAND",
    "HLDR": "HOLDER",
    "JEWELED": "JEWELLED",
    "LT": "LIGHT",
    "M/COLOUR": "MULTICOLOUR",
    "M.O.P": "MOTHER OF PEARL",
    "MED": "MEDIUM",
    "METALIC": "METALLIC",
    "MINITURE": "MINIATURE",
    "MOP": "MOTHER OF PEARL",
    "NAT": "NATURAL",
    "NECKL": "NECKLACE",
    "NILE": "NIL",
    "P'WEIGHT": "PAPERWEIGHT",
    "PANNETONE": "PANETTONE",
    "PC": "PIECE",
    "PHOTOFRAME": "PHOTO FRAME",
    "RECT": "RECTANGULAR",
    "RND": "ROUND",
    "ROCCOCO": "ROCOCO",
    "SANDLEWOOD": "SANDALWOOD",
    "SKIPPPING": "SKIPPING",
    "SMALLFOLKART": "SMALL FOLKART",
    "SQUARECUSHION": "SQUARE CUSHION",
    "STOPMETAL": "STOP METAL",
    "STRAWBERY": "STRAWBERRY",
    "STRAWBRY": "STRAWBERRY",
    "TASSLE": "TASSEL",
    "TURQ": "TURQUOISE",
    "VINT": "VINTAGE",
    "VIPPASSPORT": "VIP PASSPORT",
    "W": "WITH",
    "WHIT": "WHITE",
    "WHT": "WHITE",
}

# The log's description field has 35 characters (34 if the last one was a space), so the last word may be cut.
CUT_FROM = 34
CUT_WORDS = {
    "A": "ALBUM",
    "BEA": "BEADS",
    "BUTTERFL": "BUTTERFLY",
    "CHAR": "CHARM",
    "DIA": "DIAMOND",
    "DIAMON": "DIAMOND",
    "FLORA": "FLORAL",
    "FLOWE": "FLOWER",
    "HOLD": "HOLDER",
    "MONTAN": "MONTANA",
    "NECKLAC": "NECKLACE",
    "OL": "OLIVE",
    "RASPBERR": "RASPBERRY",
    "STR": "STRAP",
    "SUCK": "SUCKER",
    "TURQUOIS": "TURQUOISE",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In lower case within a title.
SMALL_WORDS = _words("a an and as at by de du for from in of on or the to with")

COLOURS = _words(
    "amber antique black blue brown copper cream gold green grey ivory lilac orange pink purple red silver "
    "turquoise white yellow"
)
SIZES = _words("large medium small mini tall big")
# Belongs to the word before it ("Carousel Design"), so no product's name begins with it.
NOT_FIRST = _words("design image")
# Belongs to the word before it too ("Olive Colour"), so no product's name ends with it.
NOT_LAST = _words("colour")

# Exceptions to the rules of case.
SPELLINGS = {
    "ABC": "ABC",
    "CD": "CD",
    "D'AZURE": "d'Azur",
    "D.O.F": "D.O.F",
    "DIY": "DIY",
    "IPOD": "iPod",
    "LED": "LED",
    "TV": "TV",
    "UK": "UK",
    "USA": "USA",
    "USB": "USB",
    "VIP": "VIP",
    "WC": "WC",
}


# Applied in this order, to a description in capitals.
_REWRITINGS = [
    (re.compile(r"[^\S ]|[^\x20-\x7e\u00a1-\uffff]"), " "),
    (re.compile(r"\bCHARLIE ?(?:\+|&|AND)? ?LOLA\b"), "CHARLIE & LOLA"),
    (re.compile(r"\b(?:SET|S) ?/ ?(?=\d)"), "SET OF "),
    (re.compile(r"\b(SET|PACK|BOX|BUNDLE) ?/? ?(?=\d)"), r"\1 OF "),
    (re.compile(r"\bOF(?=\d)"), "OF "),
    (re.compile(r"\bW/ ?"), "WITH "),
    (re.compile(r"\bNECKL\.? ?(\d+\")"), r"NECKLACE \1 "),
    (re.compile(r"(\d+\") ?NECKL\."), r"\1 NECKLACE"),
    (re.compile(r"(?<=[A-Z])\"(?=[A-Z])"), ' "'),  # LOLA"EXTREMELY BUSY"
    (re.compile(r"(?<=[A-Z])\((?=[A-Z])"), " ("),
    (re.compile(r"(?<=[A-Z]{2})\.(?=[A-Z]{2})"), " "),  # LT.BLUE, but not M.O.P
    (re.compile(r"(?<=[A-Z]{3})\. "), " "),  # GLASS. STAR, but not DR. JAM
    (re.compile(r"\bART DEC\b"), "ART DECO"),
    (re.compile(r"\bM PEARL\b"), "MOTHER OF PEARL"),
    (re.compile(r"\bKNIF & S$"), "KNIFE & SPOON"),
    (re.compile(r"\b(\d) TONE\b"), r"\1-TONE"),
    (re.compile(r"\b(\d+)(PC|LIGHT)\b"), r"\1 \2"),
    (re.compile(r" ?\+ ?"), " & "),
    (re.compile(r" ?/ ?"), "/"),
    (re.compile(r" ?,[ ,]*"), ", "),
    (re.compile(r" {2,}"), " "),
]
_EDGES = " .,;:*/&+-"
_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)*")
_MEASURE = re.compile(r"(?:\d+(?:\.\d+)?(?:CM|MM|M|G|KG|ML)?X)*\d+(?:\.\d+)?(?:CM|MM|M|G|KG|ML)")
_LETTER_WITH_DIGIT = re.compile(r"[A-Z]\d|\dD")  # A4, 3D


def title_of(description: str) -> str:
    """Return a description as a title for shoppers, or "" if it cannot be a name.

    "SET/6 RED SPOTTY  T-LIGHTS," becomes "Set of 6 Red Spotty T-Lights".
    """
    whole = description.strip().upper()
    text = whole
    for pattern, replacement in _REWRITINGS:
        text = pattern.sub(replacement, text)
    words = [_written_out(word) for word in text.strip(_EDGES).split()]
    if len(whole) >= CUT_FROM and words:
        words[-1] = _uncut(words[-1])
        while words and words[-1].lower() in SMALL_WORDS:  # the rest of a cut phrase
            words.pop()
    title = " ".join(_cased(word) for word in " ".join(words).split())
    return _capital_ends(title) if re.search("[A-Za-z]{2}", title) else ""


def _written_out(word: str) -> str:
    bare = word.rstrip(",.")
    comma = "," if word.endswith(",") else ""
    if bare in WORDS:
        return WORDS[bare] + comma
    return "/".join(WORDS.get(part, part) for part in word.split("/"))


def _uncut(word: str) -> str:
    *before, last = re.split(r"(?<=[/\"])", word)
    return "".join(before) + CUT_WORDS.get(last, last)


def _cased(word: str) -> str:
    bare = word.strip(',."()!')
    if word.rstrip(",").lower() in SMALL_WORDS:  # not the letter "A" in quotation marks
        return word.lower()
    if bare in SPELLINGS:
        return word.replace(bare, SPELLINGS[bare])
    if _MEASURE.fullmatch(bare):
        return word.lower()
    if _LETTER_WITH_DIGIT.fullmatch(bare):
        return word
    return _WORD.sub(lambda part: _capitalised(part[0]), word)


def _capital_ends(title: str) -> str:
    """The first and the last word have a capital: "Keep Calm and Come In"."""
    before, _, last = title.rpartition(" ")
    title = f"{before} {last[:1].upper()}{last[1:]}" if last in SMALL_WORDS else title
    return title[:1].upper() + title[1:]


def _capitalised(word: str) -> str:
    if word in SPELLINGS:
        return SPELLINGS[word]
    return word.replace("'S", "'s") if word[0].isdigit() else word.capitalize()
