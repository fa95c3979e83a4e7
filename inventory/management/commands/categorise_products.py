"""`manage.py categorise_products`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.text import counted
from inventory.categories import categorise_products, category_rule


class Command(BaseCommand):
    help = "Give products that have no category the one that their name tells. Others stay where they are."

    def handle(self, **options: Any) -> None:
        if category_rule() is None:
            raise CommandError("SHOP_CATEGORY_RULE names no rule, so nothing was changed. Choose categories by hand.")
        self.stdout.write(f"Gave a category to {counted(categorise_products(), 'product', 'products')}.")
