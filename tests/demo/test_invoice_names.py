"""Stock codes, titles and names: the pure rules, each shown on a line of the real log."""

import pytest

from demo.invoices import lines as codes
from demo.invoices.lines import GoodsCode, read_code, service_named
from demo.invoices.naming import family_names
from demo.invoices.titles import title_of


@pytest.mark.parametrize(
    ("stock_code", "goods"),
    [
        ("85123A", GoodsCode("85123A", "85123", "A")),
        ("84997c", GoodsCode("84997C", "84997", "C")),
        ("15056bl", GoodsCode("15056BL", "15056", "BL")),
        (" 22423 ", GoodsCode("22423", "22423", "")),
        ("DCGS0076", GoodsCode("DCGS0076", "DCGS0076", "")),
        ("DCGSSBOY", GoodsCode("DCGSSBOY", "DCGSSBOY", "")),
    ],
)
def test_a_code_of_goods_is_a_number_and_a_letter(stock_code: str, goods: GoodsCode) -> None:
    assert read_code(stock_code) == goods


@pytest.mark.parametrize(
    ("stock_code", "reason"),
    [
        ("POST", codes.POSTAGE),
        ("DOT", codes.POSTAGE),
        ("C2", codes.POSTAGE),
        ("M", codes.FEE),
        ("m", codes.FEE),
        ("D", codes.FEE),
        ("S", codes.FEE),
        ("B", codes.FEE),
        ("BANK CHARGES", codes.FEE),
        ("AMAZONFEE", codes.FEE),
        ("CRUK", codes.FEE),
        ("PADS", codes.FEE),
        ("gift_0001_20", codes.VOUCHER),
        ("TEST001", codes.TEST),
        ("", codes.UNKNOWN_CODE),
        ("8512", codes.UNKNOWN_CODE),
        ("85123ABC", codes.UNKNOWN_CODE),
        ("８５１２３A", codes.UNKNOWN_CODE),  # noqa: RUF001  # digits, but not those of a code
        ("85123\x00", codes.UNKNOWN_CODE),
    ],
)
def test_a_code_that_is_no_goods_says_why(stock_code: str, reason: str) -> None:
    assert read_code(stock_code) == reason


def test_a_service_under_a_code_of_goods_is_known_by_its_description() -> None:
    assert service_named("Next Day Carriage") == codes.POSTAGE
    assert service_named("Dotcomgiftshop Gift Voucher £100.00") == codes.VOUCHER
    assert service_named("BLACK BAROQUE CARRIAGE CLOCK") is None


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("SET OF 3 CAKE TINS PANTRY DESIGN ", "Set of 3 Cake Tins Pantry Design"),
        ("SET/6 RED SPOTTY PAPER CUPS", "Set of 6 Red Spotty Paper Cups"),
        ("S/4 PINK FLOWER CANDLES IN BOWL", "Set of 4 Pink Flower Candles in Bowl"),
        ("SET 12 KIDS COLOUR  CHALK STICKS", "Set of 12 Kids Colour Chalk Sticks"),
        ("FOLK ART GREETING CARD,pack/12", "Folk Art Greeting Card, Pack of 12"),
        ("CHILDRENS CUTLERY SPACEBOY ", "Children's Cutlery Spaceboy"),
        ("CHILDREN'S SPACEBOY MUG", "Children's Spaceboy Mug"),
        ("PAPER CHAIN KIT 50'S CHRISTMAS ", "Paper Chain Kit 50's Christmas"),
        ("METAL SIGN TAKE IT OR LEAVE IT ", "Metal Sign Take It or Leave It"),
        ("DOORMAT KEEP CALM AND COME IN", "Doormat Keep Calm and Come In"),
        ("ELEPHANT, BIRTHDAY CARD, ", "Elephant, Birthday Card"),
        ("KEY FOB , GARAGE DESIGN", "Key Fob, Garage Design"),
        ("RED WOOLLY HOTTIE WHITE HEART.", "Red Woolly Hottie White Heart"),
        ("COLOUR GLASS. STAR T-LIGHT HOLDER", "Colour Glass Star T-Light Holder"),
        ("WINE BOTTLE DRESSING LT.BLUE", "Wine Bottle Dressing Light Blue"),
        ("FLOWER BLUE CLOCK W/SUCKER", "Flower Blue Clock with Sucker"),
        ("WHITE/PINK CHICK EASTER DECORATION", "White/Pink Chick Easter Decoration"),
        ("CHARLIE+LOLA PINK HOT WATER BOTTLE", "Charlie & Lola Pink Hot Water Bottle"),
        ("CHARLIE LOLA BLUE HOT WATER BOTTLE", "Charlie & Lola Blue Hot Water Bottle"),
        ('CHARLIE+LOLA"EXTREMELY BUSY" SIGN', 'Charlie & Lola "Extremely Busy" Sign'),
        ("PAINTED LIGHTBULB STAR+ MOON", "Painted Lightbulb Star & Moon"),
        ('LETTER "A" BLING KEY RING', 'Letter "A" Bling Key Ring'),
        ('RECORD FRAME 7" SINGLE SIZE ', 'Record Frame 7" Single Size'),
        ('PEARL & SHELL 42"NECKL. GREEN', 'Pearl & Shell 42" Necklace Green'),
        ('FLOWER GLASS GARLD NECKL36"TURQUOIS', 'Flower Glass Garland Necklace 36" Turquoise'),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("CD WALL TIDY BLUE OFFICE", "CD Wall Tidy Blue Office"),
        ("SET OF 10 LED DOLLY LIGHTS", "Set of 10 LED Dolly Lights"),
        ("3D DOG PICTURE PLAYING CARDS", "3D Dog Picture Playing Cards"),
        ("MADE IN THE UK", "Made in the UK"),
        ("POLYESTER FILLER PAD 45x30cm", "Polyester Filler Pad 45x30cm"),
        ("THE KING GIFT BAG 25x24x12cm", "The King Gift Bag 25x24x12cm"),
        ("SILVER M.O.P ORBIT BRACELET", "Silver Mother of Pearl Orbit Bracelet"),
        ("VINTAGE ROSE BEAD BRACELET RASPBERR", "Vintage Rose Bead Bracelet Raspberry"),
        ("GLASS AND PAINTED BEADS BRACELET TO", "Glass and Painted Beads Bracelet"),
        ("CHRISTMAS\x00TREE\t120CM", "Christmas Tree 120cm"),
        ("", ""),
        ("?", ""),
        ("  ,.", ""),
    ],
)
def test_a_description_becomes_a_title(description: str, title: str) -> None:
    assert title_of(description) == title


@pytest.mark.parametrize(
    ("titles", "product", "variants"),
    [
        (["Pink Fly Swat", "Blue Fly Swat"], "Fly Swat", ["Pink", "Blue"]),
        (["White Hanging Heart T-Light Holder"], "White Hanging Heart T-Light Holder", ["Standard"]),
        (
            ["Children's Cutlery Polkadot Green", "Children's Cutlery Retrospot Red"],
            "Children's Cutlery",
            ["Polkadot Green", "Retrospot Red"],
        ),
        # Words between shared ones, singular beside plural, "Boxed" beside "Box".
        (
            ["Flower Blue Clock with Sucker", "Flower Purple Clock with Sucker"],
            "Flower Clock with Sucker",
            ["Blue", "Purple"],
        ),
        (["Set of 4 Black Coasters", "Set of 4 Pink Coaster"], "Set of 4 Coasters", ["Black", "Pink"]),
        (["Rose 1 Wick Boxed Candle", "Lily 1 Wick Box Candle"], "1 Wick Boxed Candle", ["Rose", "Lily"]),
        # Another order of the same words.
        (["Multicolour Easter Rabbit", "Pink Flowers Rabbit Easter"], "Easter Rabbit", ["Multicolour", "Pink Flowers"]),
        # Every colour tells, where one does.
        (
            ["Pink & White Breakfast Tray", "Blue & White Breakfast Tray"],
            "Breakfast Tray",
            ["Pink & White", "Blue & White"],
        ),
        (
            ["Cubic Mug Flock Blue on Brown", "Cubic Mug Flock Pink on Brown"],
            "Cubic Mug Flock",
            ["Blue on Brown", "Pink on Brown"],
        ),
        # No end without what it belongs to.
        (["Carousel Design Washbag", "Scotties Design Washbag"], "Washbag", ["Carousel Design", "Scotties Design"]),
        (["Lily Brooch Olive Colour", "Lily Brooch Grey Colour"], "Lily Brooch", ["Olive Colour", "Grey Colour"]),
        (["Easter Bunny Garland of Flowers", "Bunny Egg Garland"], "Bunny Garland", ["Easter Flowers", "Egg"]),
        (["Rose in Box", "Lily in Box"], "Box", ["Rose", "Lily"]),
        (["The King Gift Bag", "The King Gift Bag 25x24x12cm"], "The King Gift Bag", ["Standard", "25x24x12cm"]),
        (["Fairy Soap Soap Holder", "Hot Baths Soap Holder"], "Soap Holder", ["Fairy Soap", "Hot Baths"]),
        (['Letter "A" Key Ring', 'Letter "B" Key Ring'], "Letter Key Ring", ["A", "B"]),
        # One of them has nothing of its own; two have the same.
        (["Party Bunting", "Tea Time Party Bunting"], "Party Bunting", ["Standard", "Tea Time"]),
        (["Cherry Blossom Flask", "Cherry Blossom Flask"], "Cherry Blossom Flask", ["Design A", "Design B"]),
        (
            ["Fairy Cake Placemats", "Fairy Cake Placemats", "Carousel Placemats"],
            "Placemats",
            ["Fairy Cake, Design A", "Fairy Cake, Design B", "Carousel"],
        ),
        # Nothing in common that is the name of a thing.
        (
            ["Knitted Union Flag Hot Water Bottle", "Red Woolly Hottie White Heart"],
            "Knitted Union Flag Hot Water Bottle",
            ["Knitted Union Flag Hot Water Bottle", "Red Woolly Hottie White Heart"],
        ),
        (
            ["Pink Floral Spirit Level", "Set of 3 Floral Garden Tools"],
            "Pink Floral Spirit Level",
            ["Pink Floral Spirit Level", "Set of 3 Floral Garden Tools"],
        ),
    ],
)
def test_siblings_share_a_name_and_each_has_its_own(titles: list[str], product: str, variants: list[str]) -> None:
    assert family_names(titles, ["A", "B", "C"][: len(titles)]) == (product, variants)
