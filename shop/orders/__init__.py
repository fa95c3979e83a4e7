"""A customer's orders, and paying them."""
