"""Pages of goods: lists, search, products and their photographs."""
