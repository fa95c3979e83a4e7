"""The cart's pages: adding, changing, extending, undoing, and what is said where something is refused."""
