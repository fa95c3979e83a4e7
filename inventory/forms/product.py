"""The form of a product."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from inventory.models import Product
from inventory.photos import Photo, read_photo


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product, with a photograph to send or to take away."""

    photograph = forms.FileField(
        label=_("Photograph"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, at most 8 MB and 40 megapixels. It takes the place of the drawing."),
    )
    remove_photograph = forms.BooleanField(
        label=_("Show the drawing again"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = Product
        fields = ["number", "name", "slug", "category", "is_listed"]

    def clean_photograph(self) -> Photo | None:
        """The photograph in our sizes; nothing is stored before the whole form is right."""
        upload: Any = self.cleaned_data["photograph"]
        return read_photo(upload.file, upload.size) if upload else None
