"""Commands on the owner's pages: `save_page`, `save_front_page`, and `send_contact_message`, from the contact page."""

import hashlib
import json
from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from core.transactions import command
from delivery.services import send_email
from inventory.photos import Photo, store_photo
from pages.models import FrontPage, Page


@command
def save_page(*, page: Page, fields: Collection[str]) -> Page:
    """Insert a new page, or write these `fields` of an existing one. Returns the page.

    Raises ValidationError for a value that the model refuses, such as a published page with a placeholder.
    """
    is_new = page._state.adding
    page.full_clean(exclude=None if is_new else {field.name for field in Page._meta.fields} - set(fields))
    page.save(update_fields=None if is_new else fields)
    return page


@command
def save_front_page(
    *, front: FrontPage, fields: Collection[str], photo: Photo | None = None, removes_photo: bool = False
) -> FrontPage:
    """Write these `fields` of the front page, and store a new photograph or take away the old one.

    Raises ValidationError for a value that the model refuses.
    """
    written = set(fields)
    if photo or removes_photo:
        front.photo = store_photo(photo) if photo else ""
        written.add("photo")
    front.clean_fields(exclude={field.name for field in FrontPage._meta.fields} - written)
    front.save(update_fields=written)
    return front


@command
def send_contact_message(*, name: str, email: str, text: str, key: str) -> None:
    """Send what a visitor wrote to the shop (SHOP_LEGAL_EMAIL), which can answer it by "reply".

    The address of the sender is not verified, so no copy goes there. Of several calls with one `key` and the same
    words, one sends: a page of before that is sent with other words, as after "back", is another message.
    """
    words = {"shop": settings.SHOP_NAME, "name": name, "email": email}
    send_email(
        kind="contact",
        to=settings.SHOP_LEGAL_EMAIL,
        reply_to=email,
        subject=_("A message from the contact page of %(shop)s") % words,
        text=_("%(name)s <%(email)s> wrote by the contact page:") % words + f"\n\n{text}\n",
        dedupe_key=f"contact:{key}:{_digest(name, email, text)}",
    )


def _digest(*words: str) -> str:
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()
