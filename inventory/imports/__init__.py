"""Imports by staff: a CSV file of stock adjustments, or of the catalogue, checked and then applied by a worker.

The steps of a file: `services` stores it, `files` reads its rows. `adjustments` or `catalogue` makes a `plan` of them:
each difference, or what is wrong with which line. `applying` stores the plan as a preview and, once staff confirm it,
carries it out in one transaction, all or nothing. See docs/imports.md.
"""
