"""Unpacks each function's code once: ministack does it anew for every worker, two thousand files each time.

Its workers write nothing into their code, as on AWS, where it is read-only. Ministack's interpreter runs this; it
imports nothing of Bascule.
"""

import hashlib
import tempfile
import zipfile
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

_one_at_a_time = Lock()


class SharedArchive(zipfile.ZipFile):
    """An archive on disk that is unpacked beside all others, by its digest; whoever asks gets a link to it."""

    def extractall(self, path: str) -> None:  # type: ignore[override] # the one way in which ministack calls it
        """Put a link to the unpacked archive in the place of an empty directory."""
        with _one_at_a_time:
            found = self._unpacked()
        Path(path).rmdir()
        Path(path).symlink_to(found, target_is_directory=True)

    def _unpacked(self) -> Path:
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        place = Path(tempfile.gettempdir()) / f"code-{digest[:24]}"
        if not place.exists():
            half = place.with_suffix(".half")
            super().extractall(half)
            half.rename(place)
        return place


def unpack_once(runtime: Any) -> None:
    """Give ministack's runtime of functions this way of unpacking; AttributeError where it has none of its own."""
    own = runtime.zipfile
    runtime.zipfile = SimpleNamespace(**{**vars(own), own.ZipFile.__name__: SharedArchive})
