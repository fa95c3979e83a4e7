"""`ensure_roles`: the permissions of the two roles beside the superuser, Clerk and Manager, which are groups.

Every `migrate` sets both groups to the permissions in this file, so that a release can add one. A shop that wants
other roles makes other groups, which are not changed.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

CLERK, MANAGER = "Clerk", "Manager"

_SHOP = ("inventory", "cart", "orders", "pages", "analytics", "customers", "withdrawals", "delivery", "outbox")
# Besides viewing everything in the apps of _SHOP.
_CLERK_MAY = (
    *("move_stock", "acknowledge_alert", "manage_holds", "fulfil_order"),
    *("change_customer", "add_customernote"),  # whoever speaks to a customer writes down what was said
)


def ensure_roles(**kwargs: Any) -> None:
    """Create both groups, and set their permissions. Receiver of `post_migrate`."""
    _ensure(CLERK, Permission.objects.filter(_of_shop() & (Q(codename__startswith="view_") | _named(_CLERK_MAY))))
    _ensure(MANAGER, Permission.objects.filter(_of_shop() | _seen_by_managers()))


def _ensure(name: str, permissions: Iterable[Permission]) -> None:
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(permissions)


def _of_shop() -> Q:
    return Q(content_type__app_label__in=_SHOP)


def _named(codenames: Iterable[str]) -> Q:
    return Q(codename__in=codenames)


def _seen_by_managers() -> Q:
    """Task results, and the log of staff actions. Users and groups are for the superuser alone."""
    return Q(codename__startswith="view_", content_type__app_label__in=("django_celery_results", "admin"))
