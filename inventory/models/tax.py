"""Tax classes of goods, and their rates by country."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.one_line import OneLineField

_WITHIN = [MinValueValidator(0), MaxValueValidator(100)]


class TaxClass(models.Model):
    """Goods that are taxed alike. Goods without a class have the default class.

    While there is no default class, SHOP_TAX_RATE is the rate of goods without a class. See docs/tax.md.
    """

    name = OneLineField(max_length=60, unique=True)
    percent = models.DecimalField(
        _("rate in per cent"),
        max_digits=5,
        decimal_places=2,
        validators=_WITHIN,
        help_text=_("In each country that has no rate of its own below. Contained in the price, not added to it."),
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Of all goods without a tax class."))

    class Meta:
        ordering = ["-is_default", "name"]
        verbose_name_plural = _("tax classes")
        constraints = [
            models.CheckConstraint(
                name="inventory_taxclass_percent_up_to_100", condition=Q(percent__gte=0, percent__lte=100)
            ),
            models.UniqueConstraint(
                name="inventory_taxclass_one_default", fields=["is_default"], condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """The rate of a tax class in one country."""

    tax_class = models.ForeignKey(TaxClass, on_delete=models.CASCADE, related_name="rates")
    country = models.CharField(_("country"), max_length=2)  # a code of ISO 3166
    percent = models.DecimalField(_("rate in per cent"), max_digits=5, decimal_places=2, validators=_WITHIN)

    class Meta:
        ordering = ["country"]
        constraints = [
            models.CheckConstraint(
                name="inventory_taxrate_percent_up_to_100", condition=Q(percent__gte=0, percent__lte=100)
            ),
            models.UniqueConstraint(
                name="inventory_taxrate_one_per_country",
                fields=["tax_class", "country"],
                violation_error_message=_("This country has a rate in this class already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tax_class_id} in {self.country}"
