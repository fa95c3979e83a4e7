"""The back office of the shop: dashboard, sidebar, roles, and the theme of the admin."""
