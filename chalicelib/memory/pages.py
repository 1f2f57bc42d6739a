"""Vendors' status pages as last read, in memory."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.vendor_pages.watched import Watched
from chalicelib.memory.port import MemoryPort


class MemoryPages(MemoryPort):
    """PageStore."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[str, Watched] = {}

    def keep(self, watched: Watched) -> None:
        """An earlier question than the stored one is dropped."""
        with self._open():
            known = self._pages.get(watched.page)
            if known is None or known.asked_at < watched.asked_at:
                self._pages[watched.page] = watched

    def read(self, pages: Iterable[str]) -> Mapping[str, Watched]:
        """The named pages."""
        with self._open():
            return {page: self._pages[page] for page in pages if page in self._pages}
