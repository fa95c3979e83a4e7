from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cart.signals import carts_merged
        from orders.services.checkout import bring_checkout

        carts_merged.connect(bring_checkout, dispatch_uid="orders.bring_checkout")
