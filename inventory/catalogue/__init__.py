"""From a retailer's invoice log to products and variants: parsing and deriving, and one bulk load.

The steps, in the order a line takes them: `files` opens, `lines` parses, `codes` tells goods from fees,
`derive` gathers what the log knows of one stock code, `titles` and `naming` make names of it, `rows` is the
result (and the project's own CSV), `reading` does all that for either kind of file, and `load` writes it.
Only `load` knows the database.
"""
