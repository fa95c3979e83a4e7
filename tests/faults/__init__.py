"""The fault matrix: a whole shop of each test's own, a fault under load, and what must hold afterwards.

`make faults` runs all of it and writes docs/guarantees.md; `make test` runs the rows marked `quick_fault`.
"""
