from django.apps import AppConfig
from django.db.models.signals import pre_delete, pre_save


class CartConfig(AppConfig):
    name = "cart"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cart import safety_net
        from cart.models import CartItem

        pre_save.connect(safety_net.settle_before_save, sender=CartItem, dispatch_uid="cart.settle_before_save")
        pre_delete.connect(safety_net.settle_before_delete, sender=CartItem, dispatch_uid="cart.settle_before_delete")
