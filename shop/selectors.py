"""Questions that the pages ask about goods. Each states its query count."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from cart.owners import Owner
from cart.selectors import variants_on_sale
from inventory.models import Product, ProductVariant
from shop.offers import Offer, VariantOffer

PRODUCTS_A_PAGE = 24


def products_on_sale() -> QuerySet[Product]:
    """Listed products of which at least one variant is sold."""
    on_sale = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
    return Product.objects.filter(Exists(on_sale), is_listed=True)


def offers_of(products: QuerySet[Product], owner: Owner | None) -> list[Offer]:
    """These products with their variants as this shopper meets them. 2 queries."""
    return [_offer(product) for product in _with_variants(products, owner)]


def offer_by_slug(slug: str, owner: Owner | None) -> Offer | None:
    """One product, None unless it is on sale. 2 queries."""
    return _first_on_sale(Product.objects.filter(slug=slug), owner)


def offer_with_variant(variant_id: int, owner: Owner | None) -> Offer | None:
    """The product that has this variant, None unless the variant is on sale. 2 queries."""
    offer = _first_on_sale(Product.objects.filter(variants=variant_id), owner)
    return offer if offer and any(one.variant.pk == variant_id for one in offer.variants) else None


def variant_with_product(variant_id: int) -> ProductVariant:
    """A variant that is known to exist, to name it in a message. 1 query."""
    return ProductVariant.objects.select_related("product").get(pk=variant_id)


def _first_on_sale(products: QuerySet[Product], owner: Owner | None) -> Offer | None:
    offers = offers_of(products, owner)
    return offers[0] if offers and offers[0].variants else None


def _with_variants(products: QuerySet[Product], owner: Owner | None) -> QuerySet[Product]:
    # The words of a product are for the database alone.
    return products.defer("search").prefetch_related(Prefetch("variants", queryset=variants_on_sale(owner)))


def _offer(product: Product) -> Offer:
    # The prefetch has put the annotated variants where `variants.all()` finds them, each with its product set.
    return Offer(product, [_variant_offer(variant) for variant in product.variants.all()])


def _variant_offer(variant: ProductVariant) -> VariantOffer:
    return VariantOffer(
        variant=variant,
        available=variant.available,  # type: ignore[attr-defined]
        first_hold_ends=variant.first_hold_ends,  # type: ignore[attr-defined]
    )
