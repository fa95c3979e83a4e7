"""`manage.py sort_products`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.text import counted
from inventory.sorting import category_rule, sort_products


class Command(BaseCommand):
    help = "Give products that have no category the one that their name tells. Others stay where they are."

    def handle(self, **options: Any) -> None:
        if category_rule() is None:
            raise CommandError("SHOP_CATEGORY_RULE names no rule, so nothing was sorted. Choose categories by hand.")
        self.stdout.write(f"Sorted {counted(sort_products(), 'product', 'products')}.")
