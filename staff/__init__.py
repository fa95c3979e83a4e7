"""What the back office pages of all rooms share: how lists page and export, and who may do what."""
