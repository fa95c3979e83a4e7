"""What staff see first: navigation, roles, the look of the admin."""
