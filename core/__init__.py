"""What every app uses: transactions, locks, rows, Redis, logs, numbers, the base of the admin. It knows no shop."""
