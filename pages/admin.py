"""The admin of the owner's pages and of the front page. Its preview is a page of the shop, `shop.pages.owner`."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.admin.base import ServiceAdmin
from pages.forms import FrontPageForm, PageForm
from pages.models import FrontPage, Page
from pages.selectors import SECONDS
from pages.services import save_front_page, save_page

_SOON = f"Shoppers see the change within {SECONDS:g} seconds."


@admin.register(Page)
class PageAdmin(ServiceAdmin):
    form = PageForm
    fields = [("title", "slug"), "text", "is_published", "in_footer", "place"]
    list_display = ["title", "slug", "is_published", "in_footer", "place"]
    list_filter = ["is_published"]
    search_fields = ["title", "text"]
    prepopulated_fields = {"slug": ["title"]}
    change_form_after_template = "pages/admin/preview.html"
    preview = "shop:page_preview"

    def save_model(self, request: HttpRequest, obj: Page, form: PageForm, change: bool) -> None:
        save_page(page=obj, fields=form.changed_columns)
        messages.info(request, _SOON)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        """A page keeps its address when its title changes."""
        return {} if obj else self.prepopulated_fields


@admin.register(FrontPage)
class FrontPageAdmin(ServiceAdmin):
    form = FrontPageForm
    fields = [
        "headline",
        "sentence",
        ("button", "target"),
        "facts",
        "picture",
        "photo_seen",
        ("photograph", "remove_photograph"),
        "photo_alt",
        "categories",
    ]
    readonly_fields = ["picture"]
    list_display = ["__str__", "headline", "facts"]
    change_form_after_template = "pages/admin/preview.html"
    preview = "shop:home_preview"

    @admin.display(description="Photograph now")
    def picture(self, front: FrontPage) -> str:
        if not front.photo:
            return "None: the shop shows a picture of its own."
        address = reverse("shop:photo", args=[front.photo, "card"])
        return format_html('<img src="{}" alt="" style="max-width: 20rem; max-height: 15rem">', address)

    def save_model(self, request: HttpRequest, obj: FrontPage, form: FrontPageForm, change: bool) -> None:
        save_front_page(
            front=obj,
            fields=form.changed_columns,
            photo=form.cleaned_data.get("photograph"),
            removes_photo=bool(form.cleaned_data.get("remove_photograph")),
        )
        messages.info(request, _SOON)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one, made by the migration."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FrontPage | None = None) -> bool:
        return False
