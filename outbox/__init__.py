"""The outbox: effects that are asked for in a transaction and done after it, exactly once. See docs/effects.md."""
