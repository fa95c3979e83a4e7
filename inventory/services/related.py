"""`write_related`: store what is bought together with products."""

from collections.abc import Mapping

from inventory.models import RelatedProduct

# By product: the other products, and how many orders have both.
Related = Mapping[int, Mapping[int, int]]


def write_related(*, related: Related) -> None:
    """Replace the rows of each product where they differ. 1 query, 3 where some differ.

    The caller locks the products before it counts, so that of two rival counts the later one is written last.
    """
    stored: dict[int, dict[int, int]] = {product_id: {} for product_id in related}
    rows = RelatedProduct.objects.filter(product__in=related).values_list("product_id", "other_id", "count")
    for product_id, other_id, count in rows:
        stored[product_id][other_id] = count
    changed = [product_id for product_id, others in related.items() if others != stored[product_id]]
    if changed:
        RelatedProduct.objects.filter(product__in=changed).delete()
        RelatedProduct.objects.bulk_create(
            RelatedProduct(product_id=product_id, other_id=other_id, count=count)
            for product_id in changed
            for other_id, count in related[product_id].items()
        )
