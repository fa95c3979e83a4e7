"""The fault matrix: each test starts a whole shop, causes a fault under load, and checks what must hold afterwards.

`make faults` runs all of it and writes docs/guarantees.md; `make test` runs the rows marked `quick_fault`.
"""
