"""Form fields of photographs: `PhotosField`, several files at once, and `ProductPhotoForm`, a stored photograph."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.admin.seen import SeenForm
from inventory.models import ProductPhoto
from inventory.photos import Photo, read_photo

MOST_AT_ONCE = 10


class _SeveralFiles(UnfoldAdminFileFieldWidget):  # type: ignore[misc]
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photographs to add. Its value is a list of `Photo`. One bad file refuses all, each by its name."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Add photographs"),
            required=False,
            widget=_SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            help_text=_(
                "One or several. Each at most 8 MB, and 40 megapixels as JPEG, 24 as PNG or 16 as WebP; all that are "
                "sent at once at most 10 MB."
            ),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Photo]:
        files = data or []
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(_("At most %(most)d photographs at once, please.") % {"most": MOST_AT_ONCE})
        photos, refused = list[Photo](), list[ValidationError]()
        for file in files:
            try:
                photos.append(read_photo(super().clean(file).file, file.size))
            except ValidationError as error:
                refused += [ValidationError(f"{file.name}: {message}") for message in error.messages]
        if refused:
            others = [ValidationError(_("No photograph was added."))] if len(files) > 1 else []
            raise ValidationError([*refused, *others])
        return photos


class ProductPhotoForm(SeenForm):
    """What staff say of a photograph of a product."""

    class Meta:
        model = ProductPhoto
        fields = ["place", "alt", "variant"]
