"""System checks of the shop: settings that its promises rest on, payment providers, what a public shop needs."""

from shop.checks import payments, security, settings  # noqa: F401 - registers them
