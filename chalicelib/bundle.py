"""The snapshot and plan packed at deploy: the last thing to go by when table and object storage are gone."""

from pathlib import Path

FOLDER = Path(__file__).parent / "bundled"
SNAPSHOT, PLAN = "snapshot.json", "plan.json"


def bundled(folder: Path = FOLDER) -> tuple[str, str] | None:
    """The two texts, or None when nothing was packed (the first deployment of a stage)."""
    try:
        return (folder / SNAPSHOT).read_text(), (folder / PLAN).read_text()
    except FileNotFoundError:
        return None
