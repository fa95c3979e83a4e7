"""`RULE`: the category of a product of the demo, by the words of its name. See docs/categories.md.

Pure functions. `inventory.categories` applies the rule to products that have no category yet.
"""

import re

from inventory.categories import CategoryRule, NewCategory

OTHER = "everything-else"

# The shop shows them in this order.
CATEGORIES = (
    NewCategory("kitchen", "Tea & kitchen"),
    NewCategory("lights", "Lights & candles"),
    NewCategory("home", "Home decoration"),
    NewCategory("bags", "Bags & umbrellas"),
    NewCategory("jewellery", "Jewellery & hair"),
    NewCategory("toys", "Toys & children"),
    NewCategory("paper", "Cards & stationery"),
    NewCategory("party", "Party & bunting"),
    NewCategory("storage", "Boxes & storage"),
    NewCategory("garden", "Garden"),
    NewCategory("bath", "Bath & comfort"),
    NewCategory("craft", "Craft & sewing"),
    NewCategory("christmas", "Christmas"),
    NewCategory("easter", "Easter"),
    NewCategory(OTHER, "Everything else"),
)

# The first line that has a word of the name decides. Feasts come first: a shopper who looks for Christmas wants all of
# it. Then come pairs of words that mislead one by one; then things, those with the clearest words first, since other
# words also describe something else; then words for the look of a thing. Words match with their plurals.
_RULES: tuple[tuple[str, str], ...] = (
    ("christmas", "christmas xmas advent bauble santa reindeer"),
    ("christmas", "rudolph snowman snowmen snowflake nativity stocking"),
    ("christmas", "holly mistletoe noel candy-cane robin"),
    ("easter", "easter chick bunny bunnies egg-hunt"),
    ("bath", "hot-water-bottle hottie hand-warmer handwarmer heat-pack eye-mask"),
    ("party", "party-bag cake-candle birthday-candle paper-chain paper-plate paper-cup paper-straw party"),
    ("paper", "gift-bag gift-tag gift-box playing-card"),
    ("paper", "photo-album address-book greeting-card tissue-paper gift-wrap"),
    ("kitchen", "cake-tin biscuit-tin tea-towel egg-cup jam-jar"),
    ("kitchen", "jam-making lunch-box lunch-bag napkin-ring cake-stand"),
    ("kitchen", "spice-tin tea-tin bread-bin milk-jug"),
    ("kitchen", "water-bottle milk-bottle storage-jar storage-tin cup-cake"),
    ("garden", "watering-can plant-pot flower-pot bird-feeder"),
    ("garden", "bird-table bird-bath bird-house birdhouse wind-chime"),
    ("home", "photo-frame picture-frame photo-clip wall-art"),
    ("home", "chair table-lamp-base flower-fairy-picture money-bank"),
    ("home", "sign doormat cushion magnet number-tile door-hanger wall-cabinet"),
    ("bath", "soap-dish soap-holder"),
    ("craft", "measuring-tape sewing knitting crochet-kit feltcraft craft-kit"),
    ("craft", "cross-stitch ribbon-reel wool button needle fabric"),
    ("craft", "crafts patch patches tape-measure scissor craft"),
    ("jewellery", "necklace bracelet earring ear-ring brooch bangle"),
    ("jewellery", "anklet tiara pendant locket choker hair charm"),
    ("jewellery", "diamante-ring ring hairband hairclip bead jewellery keyring key-ring compact"),
    ("bags", "bag handbag purse washbag shopper tote wallet"),
    ("bags", "luggage passport backpack satchel holdall suitcase travel"),
    ("bags", "umbrella parasol poncho shoulder-strap scarf sombrero"),
    ("lights", "candle lantern lamp lampshade chandelier"),
    ("lights", "candlestick candleholder candlepot candelabra tealight"),
    ("lights", "t-light light votive incense torch snuffer wax matches nightlight"),
    ("kitchen", "mug cup saucer teapot tea teatime coffee cake"),
    ("kitchen", "cakestand cookie biscuit baking bowl plate jug pantry"),
    ("kitchen", "kitchen cutlery spoon fork knife knives apron oven"),
    ("kitchen", "napkin doily doilies tray egg milk jam spice"),
    ("kitchen", "measuring scales beaker straw pan coaster placemat"),
    ("kitchen", "tiffin recipe picnic butter salt sugar honey toast"),
    ("kitchen", "flask chopping tablecloth cocktail decanter platter"),
    ("kitchen", "dish ladle whisk colander tumbler glass cosy"),
    ("kitchen", "chopstick popcorn ice-cube jelly washing-up toastrack squeezer mould"),
    ("kitchen", "cases cutter snack lunch tureen ramekin pepper corkscrew teaspoon"),
    ("kitchen", "serviette bottle drainer lolly cake-cases goblet"),
    ("kitchen", "corer masher peeler rolling-pin bon-bon espresso"),
    ("toys", "toy doll dolly dollies jigsaw game puzzle children"),
    ("toys", "children's childrens child's childs kid baby teddy bear"),
    ("toys", "soldier skittle marble ball dinosaur puppet kite"),
    ("toys", "yo-yo skipping spinning domino ludo snakes playhouse"),
    ("toys", "babushka-kit rocking building-block whistle inflatable"),
    ("toys", "space kaleidoscope racing tattoo frisbee harmonica"),
    ("toys", "drawing-slate badge felt-farm helicopter modelling-clay paint-set windmill-toy"),
    ("toys", "tractor robot gun sandcastle seaside-spade solitaire pogo jacks"),
    ("party", "bunting balloon invite confetti streamer birthday garland candy sweet-cone"),
    ("paper", "card wrap notebook pen pencil sketchbook sticker"),
    ("paper", "paper tape envelope journal eraser ruler stamp calendar"),
    ("paper", "bookmark scrapbook album letter-rack chalk sharpener"),
    ("paper", "organiser notelet postcard notepad memo crayon"),
    ("paper", "stationery book ribbon highlighter diary desk blackboard chalkboard gift tissue rubber"),
    ("bath", "soap bath bathroom towel flannel sponge"),
    ("bath", "slipper lavender-bag cosmetic toothbrush shower nail lip-gloss"),
    ("bath", "sachet pumice body foot manicure toilet-roll laundry fan hand-cream"),
    ("garden", "garden gardener's plant planter herb windmill bucket"),
    ("garden", "trowel gnome hose seed flowerpot fly-swat trellis"),
    ("garden", "bird-cage birdcage bee wellington shed toadstool"),
    ("garden", "watering feeder potting grow hammock deckchair"),
    ("storage", "box boxes tin basket drawer cabinet storage jar"),
    ("storage", "hook hanger rack shelf shelves crate chest trinket"),
    ("storage", "tidy bin case trunk pot container holder knob key-cabinet caddy stand trolley"),
    ("home", "clock frame mirror sign cushion curtain wreath"),
    ("home", "decoration doormat doorstop vase hanging wall art picture"),
    ("home", "photo ornament magnet thermometer rug throw quilt"),
    ("home", "stool table plaque letter tile figurine bell mobile"),
    ("home", "door cover print heart flower star bird butterfly"),
    ("home", "feather tree angel chalk-board mat screen drape block"),
    ("home", "shutter globe peg wicker rose font statue finial"),
    ("home", "paperweight cornice banner cupid cherub wood wooden bust"),
)


def words_pattern(words: str) -> re.Pattern[str]:
    """Return a pattern of whole words in any case, with their plurals. A hyphen stands for any spaces or signs."""
    ends = "|".join(re.escape(word).replace(r"\-", r"[\W_]+") for word in words.split())
    return re.compile(rf"\b(?:{ends})(?:s|es)?\b", re.IGNORECASE)


_PATTERNS = tuple((slug, words_pattern(words)) for slug, words in _RULES)


def category_of(name: str) -> str:
    """Return the slug of the category of a product of this name, `OTHER` if no word matches."""
    return next((slug for slug, pattern in _PATTERNS if pattern.search(name)), OTHER)


RULE = CategoryRule(CATEGORIES, category_of, OTHER)
