"""Why a command of this app refused. Orders, stock and money are unchanged after each of these errors."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.states import State


class OrderNotFound(Exception):
    """There is no such order. Pages answer 404."""


class TransitionRefused(ValidationError):
    """The table of states has no way from `state` to `wanted`."""

    def __init__(self, *, state: State, wanted: State) -> None:
        self.state = state
        self.wanted = wanted
        text = _("This order is %(state)s; from there it cannot become %(wanted)s.")
        super().__init__(text % {"state": state.label.lower(), "wanted": wanted.label.lower()}, code="transition")


class DoneAlready(ValidationError):
    """It was done before, by somebody else or with another note.

    Arguments: who did it, when, as text, and their note; the note that came too late.
    """

    def __init__(self, *, who: str, when: str, note: str, unused: str) -> None:
        said = _("This was done already: %(who)s, %(when)s.") % {"who": who, "when": when}
        if note:
            said += " " + _("Their note: “%(note)s”.") % {"note": note}
        if unused:
            said += " " + _("Your note was not used: “%(note)s”.") % {"note": unused}
        super().__init__(said, code="done_already")


class TotalChanged(ValidationError):
    """The price of delivery or the tax differs from what was shown. Nothing was bought."""

    def __init__(self) -> None:
        super().__init__(
            _("The total has changed since you looked at it. Nothing was ordered; please look at it again."),
            code="total_changed",
        )


class NoSuchDay(ValidationError):
    """A parcel cannot have come on that day. Argument: the day on which it left."""

    def __init__(self, *, left: date) -> None:
        text = _("A parcel comes on a day from %(left)s, when it left, to today.")
        super().__init__(text % {"left": date_format(left)}, code="no_such_day")


class DeliveryUnavailable(ValidationError):
    """The delivery method is not offered, or not any more."""

    text = gettext_lazy("That way of delivery is not offered any more. Please choose another one.")

    def __init__(self) -> None:
        super().__init__(self.text, code="delivery_unavailable")


class TooManyReturned(ValidationError):
    """More units of a line would come back than the customer has (`kept`), or none at all."""

    def __init__(self, *, kept: int, units: int) -> None:
        self.kept = kept
        self.units = units
        text = ngettext(
            "%(units)d unit cannot come back: the customer has %(kept)d.",
            "%(units)d units cannot come back: the customer has %(kept)d.",
            units,
        )
        super().__init__(text % {"units": units, "kept": kept}, code="too_many_returned")


class TooFewWaiting(ValidationError):
    """More units of a line would leave, or be taken out before they leave, than wait for it; or none at all."""

    def __init__(self, *, waiting: int, units: int) -> None:
        self.waiting = waiting
        self.units = units
        text = ngettext(
            "%(units)d unit of a line does not wait to be shipped: %(waiting)d of it do.",
            "%(units)d units of a line do not wait to be shipped: %(waiting)d of it do.",
            units,
        )
        super().__init__(text % {"units": units, "waiting": waiting}, code="too_few_waiting")


class ShippedMeanwhile(ValidationError):
    """Units left, or were taken out, since the page was shown. Argument: how many units wait by now."""

    def __init__(self, waiting: int) -> None:
        text = ngettext(
            "%(waiting)d unit of this order waits to be shipped by now, not so many as the page showed.",
            "%(waiting)d units of this order wait to be shipped by now, not so many as the page showed.",
            waiting,
        )
        super().__init__(text % {"waiting": waiting}, code="shipped_meanwhile")


class AddressRefused(ValidationError):
    """The address of an order is not changed. Argument: the reason, a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why, code="address_refused")


class PaymentNotPossible(ValidationError):
    """The order cannot be paid in this way, or not any more."""

    def __init__(self) -> None:
        super().__init__(_("This order cannot be paid in this way."), code="payment_not_possible")


class OtherCurrency(ValidationError):
    """A provider reports money in another currency than the shop's. Both are codes of ISO 4217."""

    def __init__(self, *, currency: str, ours: str) -> None:
        text = _("Money of %(currency)s pays nothing here: the currency of the shop is %(ours)s.")
        super().__init__(text % {"currency": currency, "ours": ours}, code="other_currency")


class AlreadyRecorded(ValidationError):
    """The payment was recorded before, with another amount. Argument: that amount."""

    def __init__(self, *, amount: Decimal) -> None:
        text = _("That this payment came was noted already, with %(amount)s.") % {"amount": amount}
        super().__init__(text, code="already_recorded")


class WithdrawalRefused(ValidationError):
    """A recorded payment cannot be withdrawn, or not any more. Argument: the reason, a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(_("The note cannot be withdrawn. %(why)s") % {"why": why}, code="withdrawal_refused")


class RefundNotPossible(ValidationError):
    """No provider can send this refund: its money came in another way, or came back. Staff send it themselves."""

    def __init__(self) -> None:
        super().__init__(
            _("No provider can send this money. Send it yourself, and mark it as sent."), code="refund_not_possible"
        )


class RefundUnderWay(ValidationError):
    """A provider is sending the refund, so nobody may send it beside that."""

    def __init__(self) -> None:
        super().__init__(
            _("The provider is sending this money just now. Nothing was noted; look again in some minutes."),
            code="refund_under_way",
        )


class ReturnedMeanwhile(ValidationError):
    """Units came back since the page was shown. Argument: how many units have come back by now."""

    def __init__(self, units: int) -> None:
        text = ngettext(
            "%(units)d unit of this order has come back by now, not so many as the page showed.",
            "%(units)d units of this order have come back by now, not so many as the page showed.",
            units,
        )
        super().__init__(text % {"units": units}, code="returned_meanwhile")


class LastDeliveryMethod(ValidationError):
    """It is the only delivery method that shoppers are offered."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the only way of delivery on offer; without one nobody could order. Offer another one first."),
            code="last_delivery_method",
        )


class CountryInOtherZone(ValidationError):
    """A country can be in one delivery zone. Arguments: names of the countries, and of the zone that has them."""

    def __init__(self, *, countries: str, zone: str) -> None:
        text = _("%(countries)s: in the zone %(zone)s already. A country is in one zone; take it out there first.")
        super().__init__(text % {"countries": countries, "zone": zone}, code="country_in_other_zone")


class StepsRefused(ValidationError):
    """The weight steps of a delivery price make no sense together. Argument: the reason, a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why, code="steps_refused")


class TooManyAddresses(ValidationError):
    """An account keeps at most so many addresses. Argument: how many."""

    def __init__(self, most: int) -> None:
        text = _("An account keeps at most %(most)d addresses. Remove one that you no longer need.")
        super().__init__(text % {"most": most}, code="too_many_addresses")


class NothingToInvoice(ValidationError):
    """The order has its invoice already, or is not paid."""

    def __init__(self) -> None:
        super().__init__(_("This order has its invoice already, or is not paid."), code="nothing_to_invoice")
