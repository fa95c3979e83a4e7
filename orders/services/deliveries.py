"""Commands of staff on what delivery costs: zones, and prices by zone with their weight steps."""

from collections.abc import Collection, Iterable
from itertools import pairwise

from django.utils.translation import gettext as _

from core.countries import country_name
from core.locks import AdvisoryLock
from core.transactions import command
from orders.errors import CountryInOtherZone, StepsRefused
from orders.locks import lock_delivery_rate
from orders.models import DeliveryRate, DeliveryStep, DeliveryZone


@command
def save_delivery_zone(*, zone: DeliveryZone, fields: Collection[str]) -> None:
    """Insert a new zone, or write these fields of an existing one. Its countries are stored in order.

    Of two who save at once, the second waits and sees what the first wrote.
    Raises CountryInOtherZone, also for a second zone without countries, which is everywhere else; and Busy.
    """
    AdvisoryLock.DELIVERY_ZONES.acquire()
    zone.countries = sorted(zone.countries)
    refuse_taken_countries(zone)
    zone.save(update_fields=None if zone._state.adding else fields)


def refuse_taken_countries(zone: DeliveryZone) -> None:
    """Raise CountryInOtherZone if another zone has a country of this one. 1 query."""
    mine = set(zone.countries)
    for other in DeliveryZone.objects.exclude(pk=zone.pk):
        if shared := mine.intersection(other.countries):
            names = ", ".join(sorted(country_name(code) for code in shared))
            raise CountryInOtherZone(countries=names, zone=other.name)
        if not mine and not other.countries:
            raise CountryInOtherZone(countries=_("Everywhere else"), zone=other.name)


@command
def save_delivery_rate(*, rate: DeliveryRate, fields: Collection[str]) -> None:
    """Insert a new price of a method in a zone, or write these fields of an existing one. Its steps come after it."""
    rate.save(update_fields=None if rate._state.adding else fields)


@command
def save_delivery_steps(*, rate: DeliveryRate, steps: Iterable[DeliveryStep], deleted: Iterable[DeliveryStep]) -> None:
    """Write these weight steps of a delivery price, and delete others. The steps that it has then must make sense.

    Raises StepsRefused; nothing is changed then.
    """
    lock_delivery_rate(rate.pk)
    for step in deleted:
        step.delete()
    for step in steps:
        step.save(update_fields=None if step._state.adding else ["up_to_grams", "price"])
    refuse_steps(rate.steps.all())


def refuse_steps(steps: Iterable[DeliveryStep]) -> None:
    """Raise StepsRefused unless there is a step, no weight has two, and no heavier parcel costs less."""
    ascending = sorted(steps, key=_weight)
    if not ascending:
        raise StepsRefused(_("There is no price. Add a weight step; without a weight its price is for any parcel."))
    for lighter, heavier in pairwise(ascending):
        both = {"lighter": str(lighter), "heavier": str(heavier)}
        if _weight(lighter) == _weight(heavier):
            raise StepsRefused(_("Two steps are up to %(lighter)s. Keep one of them.") % both)
        if heavier.price < lighter.price:
            text = _("A parcel up to %(heavier)s costs less than one up to %(lighter)s. Correct one of the prices.")
            raise StepsRefused(text % both)


def _weight(step: DeliveryStep) -> float:
    return float("inf") if step.up_to_grams is None else step.up_to_grams
