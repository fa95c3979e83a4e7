"""`manage.py sort_products`"""

from typing import Any

from django.core.management.base import BaseCommand

from core.text import counted
from inventory.sorting import sort_products


class Command(BaseCommand):
    help = "Give products that have no category the one that their name tells. Others stay where they are."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"Sorted {counted(sort_products(), 'product', 'products')}.")
