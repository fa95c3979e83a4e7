"""How this retailer writes, and how a shop does: abbreviations, cut words, slips of the pen.

Taken from the log's own descriptions, looked through word by word. Only what has one meaning in the whole
log is here.
"""

# A whole word (in capitals, without a comma behind it) and what stands for it.
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

# The log's description field ends after 35 characters (34 where a blank came last), and the last word may be
# cut.
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


# Written in lower case within a title.
SMALL_WORDS = _words("a an and as at by de du for from in of on or the to with")

COLOURS = _words(
    "amber antique black blue brown copper cream gold green grey ivory lilac orange pink purple red silver "
    "turquoise white yellow"
)
SIZES = _words("large medium small mini tall big")
# Part of what stands before it ("Carousel Design"), so no product's name begins with it.
NOT_FIRST = _words("design image")
# As well ("Olive Colour"), so no product's name ends with it.
NOT_LAST = _words("colour")

# Written as they stand here, whatever the rule.
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
