"""The forms of the back office: `PageForm` and `FrontPageForm`."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.seen import SeenForm
from inventory.photos import Photo, read_photo
from pages.models import FrontPage, Page

_OTHER_PHOTOGRAPH = (
    "While this page was open, a colleague changed the photograph: the page shows it now. To replace it, choose yours "
    "again; to remove it, save again."
)


class PageForm(SeenForm):
    """A page of the owner."""

    class Meta:
        model = Page
        fields = ["title", "slug", "text", "is_published", "in_footer", "place"]
        widgets = {"text": UnfoldAdminTextareaWidget(attrs={"rows": 24})}


class FrontPageForm(SeenForm):
    """The front page, with a photograph to send or to take away. `photo_seen` names the one that the page shows."""

    photo_seen = forms.CharField(required=False, widget=forms.HiddenInput, show_hidden_initial=True)
    photograph = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text="At most 8 MB, best 1400 pixels wide or more. Without one, the shop shows a picture of its own.",
    )
    remove_photograph = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = FrontPage
        fields = ["headline", "sentence", "button", "target", "facts", "photo_alt", "categories"]
        widgets = {"categories": UnfoldAdminCheckboxSelectMultipleWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["photo_seen"] = self.instance.photo

    def compare(self, row: FrontPage) -> None:
        """Refuse to replace or remove another photograph than the one that was on the page."""
        self.initial["photo_seen"] = row.photo
        if self["photo_seen"].is_stale() and {"photograph", "remove_photograph"} & set(self.changed_data):  # type: ignore[attr-defined]
            self.add_error("photograph", _OTHER_PHOTOGRAPH)
        super().compare(row)

    def clean_photograph(self) -> Photo | None:
        """Return the photograph in our sizes. It is stored only once the whole form is valid."""
        upload: Any = self.cleaned_data["photograph"]
        return read_photo(upload.file, upload.size) if upload else None
