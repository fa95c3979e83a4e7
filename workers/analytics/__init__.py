"""What shoppers did: recorded as events, added up day by day, and dropped when old. See docs/analytics.md."""

from workers.analytics.dropping import drop_old_events
from workers.analytics.recording import record_events
from workers.analytics.rolling import roll_up_marked_days

__all__ = ["drop_old_events", "record_events", "roll_up_marked_days"]
