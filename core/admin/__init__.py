"""The base of the admin: lists of a million rows, filters, exports, and the questions before a change."""
