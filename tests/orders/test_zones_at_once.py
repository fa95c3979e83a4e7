"""Two delivery zones that are saved at the same moment: the later one waits, and is refused a country of the other."""

import pytest

from orders.errors import CountryInOtherZone
from orders.models import DeliveryZone
from orders.services import save_delivery_zone
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)


def save(zone: DeliveryZone) -> str:
    """Save the zone. Returns what came of it."""
    try:
        save_delivery_zone(zone=zone, fields=["countries"])
    except CountryInOtherZone:
        return "refused"
    return "saved"


@pytest.mark.parametrize("countries", [["FR"], []], ids=["a country", "everywhere else"])
@pytest.mark.parametrize("is_new", [True, False])
def test_of_two_zones_at_once_one_gets_the_country(
    monkeypatch: pytest.MonkeyPatch, countries: list[str], is_new: bool
) -> None:
    theirs = DeliveryZone(name="Theirs", countries=["IE"])
    if not is_new:
        theirs.save()
    theirs.countries = countries
    rival = beside(monkeypatch, "orders.services.deliveries.refuse_taken_countries", lambda: save(theirs))
    ours = save(DeliveryZone(name="Ours", countries=countries))
    assert (ours, rival.result(30)) == ("saved", "refused")
    assert [zone.name for zone in DeliveryZone.objects.all() if zone.countries == countries] == ["Ours"]
