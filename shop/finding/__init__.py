"""Finding goods: what a list's address asks for, and the answer. See docs/search.md."""
