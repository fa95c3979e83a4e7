"""No tables. Django sends `post_migrate`, which makes the roles, only for apps that have this module."""
