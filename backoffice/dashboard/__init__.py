"""The first page of the admin: orders to do, sales, units by day, low stock, and the state of workers and effects."""
