"""The ground of every app. It knows no shop: transactions, locks, rows, Redis, logs, numbers, the base of the admin."""
