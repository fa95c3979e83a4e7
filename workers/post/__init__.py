"""The post room: letters are written in a transaction and sent after it, at least once. See docs/post.md.

post(kind="order_placed", to=order.email, subject=…, text=…, html=…, dedupe_key=f"order_placed:{order.pk}")
"""

from workers.post.writing import post

__all__ = ["post"]
