"""`Page`, a text of the owner at its own address, and `FrontPage`, what stands above the goods on the first page."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.one_line import OneLineField
from inventory.models import Category

# The page with the form that becomes an e-mail, and the page that replaces the shop's own terms.
CONTACT, TERMS = "contact", "terms"
# What stands between these is for the owner to write. A page that has it cannot be published.
PLACEHOLDER = ("[[", "]]")


class Page(models.Model):
    """A page of the owner. The first ones come with migration 0002; the owner may add and delete any."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Its part of the address. Changed, old links break.")
    title = OneLineField(max_length=80)
    text = models.TextField(
        max_length=50_000,
        blank=True,
        help_text="In Markdown: a line that begins with # is a heading, with - a point of a list; **bold**, "
        "[words](https://address). An empty line begins a new paragraph.",
    )
    is_published = models.BooleanField("published", default=False, help_text="Shoppers see it.")
    in_footer = models.BooleanField(default=True, help_text="Every page of the shop links to it, once it is published.")
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("shop:legal", args=[TERMS]) if self.slug == TERMS else reverse("shop:page", args=[self.slug])

    def clean(self) -> None:
        """Refuse to publish what the owner has not written yet."""
        if self.is_published and PLACEHOLDER[0] in self.text:
            message = _("Before shoppers can see it, write your own words for what is in [[double brackets]].")
            raise ValidationError({"text": message}, code="placeholder")


_ON_THIS_SITE = RegexValidator(
    r"^/(?![/\\])[^\s\\]*\Z", _("Write an address of this shop, without its name, such as /goods/?sort=newest")
)


class FrontPage(models.Model):
    """The first page of the shop: one row. What is empty has the shop's own words, or is not shown."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    headline = OneLineField(
        max_length=80, blank=True, default="", help_text="Empty: the words that come with the shop."
    )
    sentence = OneLineField(
        max_length=200, blank=True, default="", help_text="Below the headline. Empty: how long a cart holds its goods."
    )
    button = OneLineField(
        "words of the button", max_length=40, blank=True, default="", help_text="Empty: See what's new"
    )
    target = models.CharField(
        "where the button leads",
        max_length=200,
        blank=True,
        default="",
        validators=[_ON_THIS_SITE],
        help_text="An address of this shop, such as /c/christmas/. Empty: all goods, the newest first.",
    )
    facts = OneLineField(
        "line of facts",
        max_length=120,
        blank=True,
        default="",
        help_text="Such as: Delivery from £3.95 · 14 days to return. Empty: no such line.",
    )
    photo = models.CharField(
        max_length=32, blank=True, default="", editable=False, help_text="The name of a photograph in the storage."
    )
    photo_alt = OneLineField(
        "what the photograph shows",
        max_length=150,
        blank=True,
        default="",
        help_text="Read out to those who cannot see it. Empty, if it is decoration.",
    )
    categories = models.ManyToManyField(
        Category, blank=True, related_name="+", help_text="Shown on the first page. None: those with the most goods."
    )

    class Meta:
        verbose_name = verbose_name_plural = "front page"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="pages_frontpage_only_one")]

    def __str__(self) -> str:
        return "Front page"

    def get_absolute_url(self) -> str:
        return reverse("shop:home")
