"""What shoppers did: recorded as events, added up day by day, and dropped when old. See docs/analytics.md."""
