"""Puts compiled modules into a zip: Lambda keeps nothing it compiles, each cold start would compile anew."""

import compileall
import shutil
import tempfile
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

# Zip cannot tell a time before 1980; one fixed time makes the same sources the same zip.
EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


def compiled(archive: Path) -> None:
    """Write a zip anew with bytecode for every module.

    Its validity rests on a hash that is not checked: neither do times survive the way to Lambda, nor does
    anybody edit code there (PEP 552).
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        for stale in list(folder.rglob("__pycache__")):
            shutil.rmtree(stale)
        mode = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=1, stripdir=name, invalidation_mode=mode)
        _pack(folder, archive)


def _pack(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE
            packed.writestr(entry, path.read_bytes())
