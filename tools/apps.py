from django.apps import AppConfig


class ToolsConfig(AppConfig):
    """Always installed, for the commands that back up, restore and test the shop."""

    name = "tools"
