"""System checks: settings that the shop's guarantees depend on, payment providers, what a public shop needs."""

from shop.checks import invoices, payments, security, settings  # noqa: F401 - registers them
