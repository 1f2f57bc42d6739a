"""The release before this one, as an artefact: from a commit, or these sources writing one schema lower."""

import re
import shutil
import subprocess
from pathlib import Path

from infra.package import BUILD, ROOT, Artefact, PackagingError, package

PACKED = ("app.py", "chalicelib", ".chalice", "requirements.txt")
SCHEMA = Path("chalicelib", "domain", "upgrade", "schema.py")
_WRITES = re.compile(r"^WRITES: Final = (\d+)$", re.MULTILINE)


def one_schema_lower() -> Artefact:
    """Package these sources, but writing what the release before wrote. Raises PackagingError."""
    root = _fresh(BUILD / "former" / "lower")
    for name in PACKED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root)
    text = (root / SCHEMA).read_text()
    lower, found = _WRITES.subn(lambda number: f"WRITES: Final = {int(number[1]) - 1}", text)
    if found != 1:
        raise PackagingError(f"{SCHEMA} does not say in one place what is written")
    (root / SCHEMA).write_text(lower)
    return package(root)


def of_commit(commit: str = "") -> tuple[str, Artefact]:
    """Package the code of a commit behind the present template: the newest tag, else the commit before the last.

    Returns the commit's short name too. Raises PackagingError, also where its dependencies are not at hand.
    """
    chosen = commit or _git("describe", "--tags", "--abbrev=0", "HEAD~1", lenient=True) or "HEAD~1"
    name = _git("rev-parse", "--short", chosen)
    root = _fresh(BUILD / "former" / "commit")
    archive = BUILD / "former" / "commit.tar"
    _git("archive", f"--output={archive}", chosen, *PACKED)
    shutil.unpack_archive(archive, root, filter="data")
    return name, package(root)


def _fresh(root: Path) -> Path:
    """Return an empty project folder that keeps its former artefacts and shares our dependencies."""
    root.mkdir(parents=True, exist_ok=True)
    for name in PACKED:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (root / "build").mkdir(exist_ok=True)
    vendor = root / "build" / "vendor"
    if not vendor.is_symlink():
        vendor.symlink_to(BUILD / "vendor")
    return root


def _git(*arguments: str, lenient: bool = False) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode and not lenient:
        raise PackagingError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return "" if done.returncode else done.stdout.strip()
