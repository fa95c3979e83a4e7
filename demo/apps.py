from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Has no tables, so it can be taken out of a shop at any time."""

    name = "demo"
