"""What pages show of the owner's: `published_page`, and `shown`, which nearly every page needs, kept for seconds."""

import time
from dataclasses import dataclass, field

from pages.models import FrontPage, Page

SECONDS = 5.0  # after which every process has read a change


@dataclass(frozen=True)
class Link:
    """A link to a page of the owner."""

    title: str
    address: str


@dataclass(frozen=True)
class Shown:
    """What is remembered. `footer`: links to published pages; `drafts`: titles of unpublished ones, for staff.

    `front` is the front page, and `front_categories` the slugs that were chosen for it, in their order.
    """

    footer: tuple[Link, ...] = ()
    drafts: tuple[str, ...] = ()
    front: FrontPage = field(default_factory=FrontPage)
    front_categories: tuple[str, ...] = ()


# Until when it is valid, by the monotonic clock in seconds, and what was read. Replaced as one, so no lock is needed.
_memory = (0.0, Shown())


def shown() -> Shown:
    """Return what this process read at most `SECONDS` ago; otherwise read it. 3 queries then, usually none.

    Given up: a change shows within seconds and not at once. Asked for each page, it would be three of its statements.
    """
    until, found = _memory
    if time.monotonic() < until:
        return found
    return remember(read_shown())


def remember(found: Shown, *, seconds: float = SECONDS) -> Shown:
    """Answer with this for so many seconds, in this process. Returns it."""
    global _memory
    _memory = (time.monotonic() + seconds, found)
    return found


def read_shown() -> Shown:
    """Read it. 3 queries, 2 if there is no front page."""
    pages = list(Page.objects.only("slug", "title", "is_published", "in_footer"))
    front = FrontPage.objects.first()
    chosen = tuple(front.categories.values_list("slug", flat=True)) if front else ()
    return Shown(
        footer=tuple(
            Link(page.title, page.get_absolute_url()) for page in pages if page.is_published and page.in_footer
        ),
        drafts=tuple(page.title for page in pages if not page.is_published),
        front=front or FrontPage(),
        front_categories=chosen,
    )


def published_page(slug: str) -> Page | None:
    """Return the page of this address if shoppers may see it. 1 query."""
    return Page.objects.filter(slug=slug, is_published=True).first()
