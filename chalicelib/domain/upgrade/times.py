"""Times as we leave them for ourselves: whole milliseconds since 1970."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970; what is less is cut off."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(number: int) -> datetime:
    """The aware UTC moment, exactly. Raises ValueError beyond the calendar."""
    try:
        return _EPOCH + timedelta(milliseconds=number)
    except OverflowError as beyond:
        raise ValueError(f"no moment of the calendar is {number} ms from 1970") from beyond


def to_ms_or_none(moment: datetime | None) -> int | None:
    """None for none."""
    return None if moment is None else to_ms(moment)


def from_ms_or_none(number: int | None) -> datetime | None:
    """None for none. Raises ValueError beyond the calendar."""
    return None if number is None else from_ms(number)
