"""Each sentence for shoppers that speaks of few units or of time that ends is in a table, with what tests it.

A new one fails until it is in the table too: goods may not be called scarce, nor an offer short, where that is untrue
(Directive 2005/29/EC, Annex I no. 7; (EU) 2024/825).
"""

import re
from collections import Counter

import pytest

from tests.support.phrases import ROOT, sentences

_WORDS = re.compile(
    r"\b(left|last|only|few|fewer|free|sold out|in stock|available|other carts|hurry|limited|almost|held|holds?"
    r"|aside|shelf|until|minutes?|hours?|soon|while|today|tonight|tomorrow|ends?|ended|expires?|countdown|unpaid then"
    r"|by …)(\b|(?<=…))",
    re.IGNORECASE,
)
# By the file whose tests show the states in which it is said, and those in which it must not be.
PROVEN = {
    "tests/shop/test_true_scarcity.py": {
        *("In stock", "Sold out", "Sold out.", "Sold out:", "Only … left", "Only … free just now"),
        *("All in other carts, perhaps free again at …", "The last ones are in your cart"),
        *("Only … unit available in stock.", "Only … units available in stock."),
        "All of them are in other carts; the first one may be free again at ….",
        *("the … in your cart is the last one.", "the … in your cart are the last ones."),
        *("Held for you until …", "No longer held for you", "Some items are no longer held for you."),
        *("Take them again while there are any.", "Not available at the moment, and not counted here:"),
        *(
            "Yours stays until you take more.",
            "A line keeps the price that it had when you added it, until you take more of it or take it again.",
        ),
        *(
            "An item in your cart is held for at most … more minute.",
            "An item in your cart is held for at most … more minutes.",
        ),
        *("Held for you for … from the moment you add it.", "Held for you from the moment you add it."),
        *("What you put into your cart leaves the shelf.", "held for …, for … once you are logged in."),
        *("What you add is taken off the shelf and held for you:", "Log in and what you add is held for …."),
        "With an account what you add is held for …, and your orders and addresses are kept.",
        *("Please pay … by ….", "Please transfer the total by ….", "Unpaid then, the order is cancelled."),
        "Unpaid then, the order is cancelled and its goods go back to the shelf.",
        *("… item is held for you again.", "… items are held for you again."),
        *("… item is held for longer.", "… items are held for longer."),
        *("It is kept for you until ….", "Your order is kept until …:", "Everything below is set aside for you."),
    },
    "tests/shop/test_order_again.py": {
        *("no more are free just now.", "fewer are free than your cart had of it."),
        *("all of them are in other carts just now.", "They may become free again.", "sold out."),
    },
    "tests/shop/test_login.py": {"… of … kept, the rest is no longer free."},
    "tests/shop/test_cart_delivery.py": {", if it is paid today.", "… more and delivery is free."},
}
# They say nothing of goods that run out, or of an offer that ends.
OTHERS = {
    # What a cart does for whoever uses it, at any time.
    *("What you put into your cart is held for you while you decide.", "Small gifts, held while you decide."),
    *("… small gift, held for you while you decide.", "… small gifts, held for you while you decide."),
    *("Whatever you add is taken off the shelf and held for you.", "What a cart holds"),
    # The end of an order, an account, a link, or a limit of rate.
    *("Please try again in … minute.", "Please try again in … minutes.", "The link works for … hour."),
    *("Nothing was ordered; please send this again in … minute.", "The link works for … hours."),
    *("Nothing was ordered; please send this again in … minutes.", "… minute", "… minutes"),
    *("Please try again in a minute, or pay in another way.", "Nothing was noted; look again in some minutes."),
    *("This order was cancelled; its goods are back on the shelf.", "There is nothing left to pay."),
    *("Its goods go back to the shelf, and the … need not be paid.", "We owe you what is left of the price."),
    "Your account and your carts are deleted, and what you hold goes back to the shelf.",
    (
        "An order that is not paid in the time that its page names is cancelled; until it is paid you can cancel it "
        "there yourself."
    ),
    *("A part has left; we pack the rest and tell you by e-mail when it leaves.", "What is below has left our house."),
    *("We send it as soon as the money is here.", "That may take a few days."),
    *("It may take some days until you see it on your account.", "The old one stays until you follow it."),
    # Lists without goods, filters, prices of delivery, and words of other meanings.
    *("There is nothing here today.", "The shelves are empty today.", "Please come back soon."),
    *("Only what is in stock", "Perhaps with another price, or with what is sold out just now?"),
    *("Perhaps with fewer words, or among these:", "Please remove what is not available, or wait until it is."),
    *("Free", "free from …", "Only for the courier.", "we left out what was not.", "A last look"),
    *("This address only takes what a form sends.", "Your cart is as you left it."),
    "You order exactly what the last page before shows, at the prices that it shows, tax included.",
    *("your cart comes along, and we know your address from last time.", "We set our own cookies only:"),
    # The days of a withdrawal, which the law sets.
    *("The period ends on ….", "The period for withdrawal ended on ….", "By …, to:"),
    "We pay it back in the way in which you paid, by … at the latest.",
    "For goods that you have, we may wait until they are back or until you prove that you sent them.",
    # For staff.
    "A parcel comes on a day from …, when it left, to today.",
    *(
        "these holds have ended, or their carts are closed.",
        "these holds have ended, or their goods are no longer sold.",
    ),
    *("Carts hold units that this would take away.", "It is too early to extend these holds."),
    *(
        "… unit is free; taking … would leave fewer than none.",
        "… units are free; taking … would leave fewer than none.",
    ),
    *("See below what happened, and send it again only if it is still right.", "No shelf holds so many units:"),
    *("until now it was nothing.", "until now it was %(times).1f times as much."),
    "This is the only way of delivery on offer; without one nobody could order.",
    *("something of the order left, or it is over.", "Units of the order that it paid have left by now."),
    *("It has to end after it begins.", "It has to end later than now, and after it begins."),
    "There is a button to end it now.",
    # Caps of a cart.
    *("A cart holds at most … unit in all; yours has ….", "A cart holds at most … units in all; yours has …."),
}


def test_no_sentence_of_scarcity_is_without_its_tests() -> None:
    found = {one for one in sentences() if _WORDS.search(one)}
    named = [*OTHERS, *(one for proven in PROVEN.values() for one in proven)]
    assert [one for one, times in Counter(named).items() if times > 1] == []
    assert found == set(named)


@pytest.mark.parametrize(("path", "said"), [(path, one) for path, proven in PROVEN.items() for one in sorted(proven)])
def test_the_tests_that_are_named_look_for_it(path: str, said: str) -> None:
    longest = max(said.split("…"), key=len).strip()
    assert longest.strip(".:, ") in " ".join((ROOT / path).read_text().split())


# Where a script or a page has a clock. The one of the cart counts to the end of the hold that ends first.
CLOCKS = {
    "shop/static/shop/shop.js": ["setTimeout", "setInterval"],
    "shop/templates/shop/_hold.html": ["seconds", 'role="timer"'],
}


def test_no_page_has_another_clock() -> None:
    clock = re.compile(r'setInterval|setTimeout|role="timer"|countdown|seconds(?=-left=)', re.IGNORECASE)
    folders = ("shop/static/shop", "shop/templates/shop", "demo/templates", "orders/templates/orders/mail")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".html", ".js", ".txt"}
    ]
    found = {str(path.relative_to(ROOT)): clock.findall(path.read_text()) for path in files}
    assert {path: clocks for path, clocks in found.items() if clocks} == CLOCKS
