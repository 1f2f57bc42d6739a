"""What wakes functions, switched off for a while: their queues keep what comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def untriggered(client: Any, function: str) -> Iterator[None]:
    """No queue wakes this function. `client` is one of Lambda in its region."""
    switch(client, on=False, FunctionName=function)
    try:
        yield
    finally:
        switch(client, on=True, FunctionName=function)


def switch(client: Any, *, on: bool, **named: str) -> None:
    """Enable or disable every trigger by a queue, or those of the one function that is named. LookupError: none."""
    pages = client.get_paginator("list_event_source_mappings").paginate(**named)
    found = [mapping["UUID"] for page in pages for mapping in page["EventSourceMappings"]]
    if not found:
        raise LookupError(f"no queue wakes {named or 'any function'}")
    for mapping in found:
        client.update_event_source_mapping(UUID=mapping, Enabled=on)
