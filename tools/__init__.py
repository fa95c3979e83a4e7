"""What runs, backs up, tries and documents the shop, and is no part of it."""
