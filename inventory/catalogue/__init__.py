"""Loads a catalogue file as products, variants and opening stock.

`reading` opens a file, makes `rows` of its lines and reports on each line. `load` writes the rows; only it uses the
database. A file of another kind has a reader of its own, named in SHOP_CATALOGUE_READERS.
"""
