"""What the owner writes: pages such as delivery and returns, and the front page."""
