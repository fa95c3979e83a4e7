"""The outbox: effects that are enqueued in a transaction and done after it, exactly once. See docs/effects.md."""
