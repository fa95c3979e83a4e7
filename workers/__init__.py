"""What happens after commit: outbox, receivers, tasks, schedule, analytics."""
