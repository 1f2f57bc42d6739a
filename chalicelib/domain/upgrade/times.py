"""Times as we leave them for ourselves: whole milliseconds since 1970."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(at: datetime) -> int:
    """Whole milliseconds since 1970; what is less is cut off."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def moment(number: int) -> datetime:
    """The aware UTC moment, exactly. Raises ValueError beyond the calendar."""
    try:
        return _EPOCH + timedelta(milliseconds=number)
    except OverflowError as beyond:
        raise ValueError(f"no moment of the calendar is {number} ms from 1970") from beyond


def millis_or_none(at: datetime | None) -> int | None:
    """None for none."""
    return None if at is None else millis(at)


def moment_or_none(number: int | None) -> datetime | None:
    """None for none. Raises ValueError beyond the calendar."""
    return None if number is None else moment(number)
