"""Messages to the outside: written in a transaction and sent after it, at least once. See docs/delivery.md."""
