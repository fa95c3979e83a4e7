from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "pages"

    def ready(self) -> None:
        from inventory.photos import keep_photos_of
        from pages.models import FrontPage

        keep_photos_of(FrontPage, "photo")
