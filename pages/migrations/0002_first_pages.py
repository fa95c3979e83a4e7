"""Pages to begin with. Published are those that are true of every shop; the others wait for the owner's words."""

from django.db import migrations

reviewed = "RunPython: five rows into a table of this release"

DELIVERY = """\
We send your order when its payment has come. You get an e-mail when it is on its way.

# What it costs

Checkout shows the ways of delivery to you and what they cost, before you order. Prices contain tax.

# If something is missing or broken

Please [write to us](/pages/contact/), with the number of your order.
"""
RETURNS = """\
You can send back what you do not want within [[14 days]] of the day it came.

# How

1. [Write to us](/pages/contact/), with the number of your order and what you send back.
2. Send it to [[your address for returns]].
3. We pay back the price of the goods [[and of the standard delivery]] by the way you paid. [[Who pays for the way back?]]

# What cannot be sent back

[[Goods that were made for you, opened cosmetics and the like; or delete this part.]]
"""
CONTACT = """\
A question about an order, about goods, or about something that you want to send back? Write to us. \
If it is about an order, please give its number.
"""
ABOUT = """\
[[Who you are, since when, and what you care about. Two or three short paragraphs and a name are enough.]]
"""
TERMS = """\
[[Your own terms. Until this page is published, the shop shows its own short ones: what a cart holds, \
which price counts, and what you order.]]
"""
FIRST = [
    {"slug": "delivery", "title": "Delivery", "text": DELIVERY, "is_published": True, "in_footer": True, "place": 10},
    {"slug": "returns", "title": "Returns", "text": RETURNS, "is_published": False, "in_footer": True, "place": 20},
    {"slug": "contact", "title": "Contact", "text": CONTACT, "is_published": True, "in_footer": True, "place": 30},
    {"slug": "about", "title": "About us", "text": ABOUT, "is_published": False, "in_footer": True, "place": 40},
    # The footer links to the terms beside the imprint.
    {"slug": "terms", "title": "Terms", "text": TERMS, "is_published": False, "in_footer": False, "place": 50},
]


def add(apps, schema_editor):
    pages = apps.get_model("pages", "Page").objects
    pages.bulk_create([pages.model(**page) for page in FIRST], ignore_conflicts=True)
    apps.get_model("pages", "FrontPage").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
