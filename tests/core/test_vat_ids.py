"""The form of a VAT number is that of its country."""

import pytest

from core.vat_ids import vat_id


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("GB 123 4567 89", "GB123456789"),
        ("gb123456789", "GB123456789"),
        ("GBGD001", "GBGD001"),
        ("DE-123.456.789", "DE123456789"),
        ("ATU12345678", "ATU12345678"),
        ("NL123456789B01", "NL123456789B01"),
        ("IE1234567WA", "IE1234567WA"),
        ("CHE-123.456.788 MWST", "CHE123456788MWST"),
        ("12/345/67890", "12/345/67890"),
        ("DE12345678", ""),
        ("DE1234567890", ""),
        ("ATX12345678", ""),
        ("FR1234", ""),
        ("none", ""),
        ("1", ""),
        ("DE" + "\u0661" * 9, ""),
        ("", ""),
    ],
)
def test_a_number_is_stored_without_marks_or_refused(typed: str, stored: str) -> None:
    assert vat_id(typed) == stored
