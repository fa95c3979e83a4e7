"""A picture for each product, drawn from its name: a thing cut out of paper, on a piece of wrapping paper.

Pure functions from words to SVG. See docs/pictures.md.
"""
