"""Measurements. Never part of the test suite; see `make help`."""
