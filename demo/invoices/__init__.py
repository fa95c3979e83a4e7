"""Makes the rows of a catalogue from a retailer's invoice log. Pure functions: no database.

In the order of the steps: `lines` parses, and separates goods from fees. `derive` collects the lines of each stock
code. `titles` and `naming` make names of its descriptions. `tools.replay` reads the same lines as visits of shoppers.
"""
