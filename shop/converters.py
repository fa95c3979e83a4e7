"""Parts of addresses."""


class RowId:
    """The id of a row. Eighteen digits always fit a bigint, so no address can make the database refuse a number."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
