from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        from shop import checks, duties  # noqa: F401 - registers them
        from shop.accounts.login_merge import bring_guest_cart
        from shop.accounts.services import note_log_in

        user_logged_in.disconnect(dispatch_uid="update_last_login")  # Django's own
        user_logged_in.connect(note_log_in, dispatch_uid="shop.note_log_in")
        user_logged_in.connect(bring_guest_cart, dispatch_uid="shop.bring_guest_cart")


class BackOfficeConfig(AdminConfig):
    """Django's admin with a site of our own."""

    default_site = "shop.admin_site.BackOfficeSite"
