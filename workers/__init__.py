"""What happens after commit: receivers, tasks, schedule, and what operators see of it."""
