"""Tags for what search engines and social networks read: breadcrumbs, who runs the shop, the card of a link."""

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from inventory.models import Category
from inventory.selectors import CategoryCount
from shop.catalog.descriptions import as_script
from shop.catalog.structured import breadcrumb_list, organization

register = template.Library()


@register.simple_tag(takes_context=True)
def category_breadcrumbs(context: Context, category: CategoryCount | Category) -> SafeString:
    """Where the page of a category is."""
    absolute = context["request"].build_absolute_uri
    steps = [(_("All goods"), "shop:catalogue", []), (category.name, "shop:category", [category.slug])]
    return as_script([breadcrumb_list((name, absolute(reverse(view, args=args))) for name, view, args in steps)])


@register.simple_tag(takes_context=True)
def who_runs_the_shop(context: Context) -> SafeString:
    """The organization behind the shop."""
    absolute = context["request"].build_absolute_uri
    return as_script([organization(url=absolute(reverse("shop:home")), logo=absolute(static("shop/touch-icon.png")))])


@register.inclusion_tag("shop/_social.html", takes_context=True)
def social_card(context: Context, picture: str = "") -> dict[str, str]:
    """The picture of a link to this page: its own, by its absolute or relative address, else the one of the shop."""
    absolute = context["request"].build_absolute_uri
    return {"picture": absolute(picture) if picture else "", "card": absolute(reverse("shop:social_card"))}
