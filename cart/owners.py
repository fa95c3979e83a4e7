"""`Owner`: a customer or a guest, by user id or guest token. Commands and selectors find the open cart by it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Owner:
    """Exactly one of the two is set, as the carts table demands."""

    user_id: int | None = None
    guest_token: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.guest_token is None):
            raise ValueError("An owner is either a user or a guest token.")

    @classmethod
    def of(cls, user: Any, guest_token: uuid.UUID | None) -> "Owner":
        """Return the user as owner if one is logged in, else the guest.

        Arguments: a user, an anonymous user or None; the guest's token, ignored for a user. Raises ValueError without
        either.
        """
        if user is not None and user.is_authenticated:
            return cls(user_id=user.pk)
        return cls(guest_token=guest_token)

    @property
    def columns(self) -> dict[str, Any]:
        """The column of the carts table that names this owner, and its value."""
        if self.user_id is not None:
            return {"user_id": self.user_id}
        return {"guest_token": self.guest_token}

    @property
    def hold_life(self) -> timedelta:
        """How long a hold of this owner lasts from its start or its extension."""
        kind = "user" if self.user_id is not None else "guest"
        return timedelta(minutes=settings.SHOP_HOLD_MINUTES[kind])

    @property
    def extension_window(self) -> timedelta:
        """How long before its end a hold can be extended. So an extension adds at least half of a hold's life."""
        return self.hold_life / 2

    def __str__(self) -> str:
        return f"user:{self.user_id}" if self.user_id is not None else f"guest:{self.guest_token}"
