"""Work after the commit: receivers of signals, tasks, the schedule, and their admin pages."""
