"""Imports by staff: a CSV file of stock adjustments, or of the catalogue, checked and then applied by a worker.

The steps, in the order a file takes them. `services` takes it in. `files` makes rows of it. `adjustments` or
`catalogue` makes a `plan` of these: each difference, or what is wrong with which line. `applying` stores the plan for a
person to look at and, once that is confirmed, carries it out in one transaction: all or nothing. See docs/imports.md.
"""
