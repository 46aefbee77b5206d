"""Turn times into the whole milliseconds that the tables hold, and back."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def stamp(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return (moment - EPOCH) // MILLISECOND  # in whole numbers: floats lose a millisecond from 2038 on


def moment(stamp: int) -> datetime:
    """Aware UTC."""
    return EPOCH + stamp * MILLISECOND


def milliseconds(span: timedelta) -> int:
    """A span in whole milliseconds."""
    return span // MILLISECOND


def span(milliseconds: int) -> timedelta:
    """The span of so many milliseconds."""
    return milliseconds * MILLISECOND
