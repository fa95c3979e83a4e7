"""Why a withdrawal was refused. Nothing is changed then."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


class NothingToWithdraw(ValidationError):
    """The order is cancelled or refunded, or each unit is withdrawn from or came back."""

    def __init__(self) -> None:
        super().__init__(
            _("There is nothing in this order that you could withdraw from any more."), code="nothing_to_withdraw"
        )


class PeriodOver(ValidationError):
    """The period of withdrawal has ended."""

    def __init__(self, end: datetime) -> None:
        text = _("The period for withdrawal ended on %(day)s. Please write to us; we will look for a way.")
        super().__init__(text % {"day": date_format(localtime(end), "DATETIME_FORMAT")}, code="period_over")


class NoUnitsChosen(ValidationError):
    """The statement names no unit."""

    def __init__(self) -> None:
        super().__init__(_("Please choose at least one item that you withdraw from."), code="no_units_chosen")


class TooManyUnits(ValidationError):
    """The statement names more units of a line than the customer can withdraw from."""

    def __init__(self, *, name: str, most: int) -> None:
        text = _("You can withdraw from at most %(most)d of “%(name)s”. Please choose again.")
        super().__init__(text % {"most": most, "name": name}, code="too_many_units")


class WholeOrderOnly(ValidationError):
    """An order that is not paid yet can only be withdrawn from as a whole."""

    def __init__(self) -> None:
        text = _("This order is not paid yet: please withdraw from all of it, and order again what you want to keep.")
        super().__init__(text, code="whole_order_only")
