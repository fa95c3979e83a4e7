"""Producers of goods, and who answers for them in the Union. See docs/product-safety.md."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.countries import UNION
from core.one_line import OneLineField

_POSTAL = [MaxLengthValidator(500)]
_RESPONSIBLE = ("responsible_name", "responsible_postal_address", "responsible_electronic_address")


def check_electronic_address(text: str) -> None:
    """Raise ValidationError unless the text is an e-mail address or a web address with http:// or https://."""
    try:
        EmailValidator()(text) if "://" not in text else URLValidator(schemes=["http", "https"])(text)
    except ValidationError as error:
        said = _("Write an e-mail address, or a web address with https:// before it.")
        raise ValidationError(said, code="electronic_address") from error


class Producer(models.Model):
    """Who made goods. One outside the Union has a responsible person in it (Regulation (EU) 2023/988, Art. 16, 19)."""

    name = OneLineField(max_length=200, unique=True, help_text=_("The name, trade name or trade mark."))
    postal_address = models.TextField(_("postal address"), validators=_POSTAL)
    electronic_address = OneLineField(
        _("electronic address"),
        max_length=200,
        validators=[check_electronic_address],
        help_text=_("An e-mail address, or the web address of a page to write to them."),
    )
    country = models.CharField(_("country"), max_length=2)  # a code of ISO 3166
    responsible_name = OneLineField(
        _("responsible person"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Who answers for the goods in the Union. Needed if the producer is not in it."),
    )
    responsible_postal_address = models.TextField(_("their postal address"), blank=True, default="", validators=_POSTAL)
    responsible_electronic_address = OneLineField(
        _("their electronic address"),
        max_length=200,
        blank=True,
        default="",
        validators=[check_electronic_address],
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="inventory_producer_responsible_person",
                condition=~Q(responsible_name="")
                & ~Q(responsible_postal_address="")
                & ~Q(responsible_electronic_address="")
                | Q(country__in=sorted(UNION), **dict.fromkeys(_RESPONSIBLE, "")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reached_by_email(self) -> bool:
        """Whether the electronic address is an e-mail address, not that of a page."""
        return "://" not in self.electronic_address

    def clean(self) -> None:
        """Raise ValidationError for each missing line of the responsible person, who is named in full or not at all."""
        missing = [name for name in _RESPONSIBLE if not getattr(self, name)]
        if len(missing) == len(_RESPONSIBLE) and (self.country in UNION or not self.country):
            return
        if self.country in UNION:
            said = _("Name the responsible person in full, or leave all three fields empty.")
        else:
            said = _("Needed, since the producer is not in the Union.")
        if missing:
            raise ValidationError(dict.fromkeys(missing, said))
