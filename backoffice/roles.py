"""Who may do what: two roles beside the superuser, kept as groups. What stands here is what they may.

Every `migrate` brings the groups to this, so that a release can give a role what it newly needs. A shop that wants
other roles makes groups of its own; those are left alone.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

CLERK, MANAGER = "Clerk", "Manager"

_SHOP = ("inventory", "cart", "orders", "analytics", "delivery", "outbox")
# Beside reading everything of the shop.
_CLERK_MAY = ("move_stock", "acknowledge_alert", "manage_holds", "fulfil_order")


def ensure_roles(**kwargs: Any) -> None:
    """Bring both groups to what this file says. Receiver of `post_migrate`."""
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
    """What workers and colleagues did. Users and groups themselves are the superuser's."""
    return Q(codename__startswith="view_", content_type__app_label__in=("django_celery_results", "admin"))
