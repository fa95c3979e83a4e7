"""Pages that stand alone: errors, legal texts, health."""
