"""No models. Django sends `post_migrate`, which makes the roles, only to apps that have this module."""
