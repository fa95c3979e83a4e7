"""`LargestRequest`: bounds a form with files. Django reads the files before any view can ask who sends them."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# The largest file that a page asks for is a photograph of 8 MB (inventory/photos.py), and the form is around it.
LARGEST_REQUEST = 10 * 1024 * 1024


class LargestRequest(FileUploadHandler):
    """The first handler; takes no file. Django itself bounds the fields of a form, but not its files."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Raises RequestDataTooBig, which is answered with 400, before any of the form is read."""
        if content_length > LARGEST_REQUEST:
            raise RequestDataTooBig(f"More than {LARGEST_REQUEST} bytes were sent.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """On to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file is another handler's."""
