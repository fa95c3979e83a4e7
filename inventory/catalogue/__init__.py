"""A file of goods as products, variants and opening stock: reading it, and one bulk load.

`files` opens a file, `reading` makes `rows` of it and accounts for each line, `report` tells a person of that, and
`load` writes the rows. Only `load` knows the database. A kind of file that is no catalogue has a reader of its own
(SHOP_CATALOGUE_READERS).
"""
