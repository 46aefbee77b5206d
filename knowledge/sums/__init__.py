"""Work out what is owed, with the formula in the resident's own numbers.

A sum that the law leaves within a range is a text like 50～300; None where no figure can be told.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from knowledge.results import Result
from knowledge.sums import consumer, contracts, family, fees, injury, labour, loans
from knowledge.sums.lpr import shipped
from knowledge.sums.rule import load

SUMS: Mapping[str, Callable[..., Result]] = MappingProxyType(
    {
        sum_.__name__: sum_
        for sum_ in (
            fees.suit_fee,
            fees.court_fee,
            fees.divorce_fee,
            fees.personality_fee,
            fees.non_property_fee,
            fees.labour_fee,
            fees.administrative_fee,
            fees.objection_fee,
            fees.enforcement_fee,
            fees.preservation_fee,
            fees.payment_order_fee,
            loans.interest_cap,
            loans.unpaid_loan,
            loans.overdue_interest,
            loans.doubled_interest,
            labour.severance,
            labour.double_pay,
            labour.overtime_pay,
            labour.annual_leave,
            injury.work_injury,
            injury.work_death,
            injury.disability_compensation,
            injury.death_compensation,
            injury.funeral_expenses,
            injury.lost_income,
            family.child_support,
            contracts.deposit,
            contracts.penalty,
            consumer.fraud_compensation,
            consumer.food_compensation,
        )
    }
)


def check() -> None:
    """Read every table of the sums; raises RuleError with file and line where one cannot be used."""
    load()
    shipped()
