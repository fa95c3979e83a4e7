from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Has no tables, so a shop can remove it at any time."""

    name = "demo"
