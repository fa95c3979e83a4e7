"""From a retailer's invoice log to the rows of a catalogue. Pure: it knows no database.

The steps, in the order a line takes them: `lines` parses, `codes` tells goods from fees, `derive` gathers what the log
knows of one stock code, and `titles` and `naming` make names of it, with the retailer's `words`. `tools.replay` reads
the same lines as visits of shoppers.
"""
