from django.apps import AppConfig
from django.db.models.signals import pre_delete, pre_save


class CartConfig(AppConfig):
    name = "cart"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cart import signal_handlers
        from cart.models import CartItem

        pre_save.connect(
            signal_handlers.move_units_before_save, sender=CartItem, dispatch_uid="cart.move_units_before_save"
        )
        pre_delete.connect(
            signal_handlers.give_back_before_delete, sender=CartItem, dispatch_uid="cart.give_back_before_delete"
        )
