from django.apps import AppConfig


class ToolsConfig(AppConfig):
    """Always installed: its commands back the shop up and restore it."""

    name = "tools"
