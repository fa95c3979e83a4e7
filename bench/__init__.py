"""Benchmarks of the shop. They are never part of the test suite; see `make help`."""
