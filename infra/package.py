"""Makes the artefact: one zip and one template, by ``chalice package``, reused while its sources stand.

``python -m infra.package`` fetches missing dependencies (the only step that runs pip), packages, and prints
the path of the template.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.bytecode import compiled
from infra.template import STAGE, Json, merge_template

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
# Chalice refuses to package without a region although nothing of it reaches the template.
REGION = "eu-west-3"
KEPT = 3  # artefacts kept for the next run; older ones are removed


class PackagingError(RuntimeError):
    """The artefact could not be made; the message says by which step and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What is deployed: paths of the zip and of the template, and the digest of all their sources."""

    zip_file: Path
    template: Path
    digest: str


def package(root: Path = ROOT, *, fetch: bool = False) -> Artefact:
    """Return the artefact of the present sources, made now unless it exists already.

    Args:
        root: the project's folder.
        fetch: whether missing dependencies may be fetched with pip.

    Raises:
        PackagingError: if dependencies are missing or a step fails.
    """
    build = root / "build"
    build.mkdir(exist_ok=True)
    with _alone(build):
        vendor = dependencies(root, fetch=fetch)
        digest = _digest(root, _sources(root))
        out = build / "artefacts" / digest
        if not out.exists():
            _make(root, out, vendor)
        os.utime(out)
        _forget_old(out.parent)
    return Artefact(zip_file=out / "deployment.zip", template=out / "sam.json", digest=digest)


def dependencies(root: Path, *, fetch: bool) -> Path:
    """Return the folder with the run-time dependencies, built for Lambda's Linux."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    vendor = root / "build" / "vendor" / f"{_digest(root, [root / 'requirements.txt'])}-{version}"
    if vendor.exists():
        return vendor
    if not fetch:
        raise PackagingError("the run-time dependencies are not there yet: run `make setup`")
    with tempfile.TemporaryDirectory(dir=root / "build") as folder:
        target = Path(folder) / "vendor"
        wheels = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", f"--python-version={version}"]
        wanted = ["-r", str(root / "requirements.txt")]
        _run("pip", "install", "--quiet", "--no-compile", *wheels, f"--target={target}", *wanted)
        vendor.parent.mkdir(exist_ok=True)
        target.rename(vendor)
    return vendor


def _make(root: Path, out: Path, vendor: Path) -> None:
    """Package twice: plainly, to see the routes, then with the merge template made from them."""
    with tempfile.TemporaryDirectory(dir=root / "build") as name:
        folder = Path(name)
        project = folder / "project"
        _stage(root, project, vendor)
        _chalice(project, folder / "plain")
        plain = json.loads((folder / "plain" / "sam.json").read_text())
        merge = folder / "merge.json"
        merge.write_text(json.dumps(_overlay(root, plain)))
        _chalice(project, folder / "out", "--merge-template", str(merge))
        compiled(folder / "out" / "deployment.zip")
        out.parent.mkdir(parents=True, exist_ok=True)
        (folder / "out").rename(out)


def _overlay(root: Path, plain: Json) -> Json:
    policy = json.loads((root / ".chalice" / f"policy-operations-{STAGE}.json").read_text())
    return merge_template(plain, policy)


def _stage(root: Path, project: Path, vendor: Path) -> None:
    """Lay out a project whose dependencies lie in ``vendor``, so that Chalice packs them without pip."""
    project.mkdir()
    shutil.copy(root / "app.py", project)
    shutil.copytree(root / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    (project / ".chalice").mkdir()
    for path in (root / ".chalice").glob("*.json"):
        shutil.copy(path, project / ".chalice")
    (project / "requirements.txt").touch()
    (project / "vendor").symlink_to(vendor)


def _chalice(project: Path, out: Path, *options: str) -> None:
    _run("chalice", "--project-dir", str(project), "package", "--stage", STAGE, *options, str(out))


def _run(tool: str, *arguments: str) -> None:
    """Run a tool of this environment; its words come back only when it fails."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / tool), *arguments],
        env=os.environ | {"AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackagingError(f"{tool} failed:\n{done.stdout}{done.stderr}")


def _sources(root: Path) -> list[Path]:
    library = (root / "chalicelib").rglob("*")
    return [
        root / "app.py",
        root / "requirements.txt",
        *(root / ".chalice").glob("*.json"),
        *(path for path in library if path.is_file() and "__pycache__" not in path.parts),
        *(root / "infra").glob("*.py"),
    ]


def _digest(root: Path, files: list[Path]) -> str:
    seen = hashlib.sha256(sys.version.encode())
    for path in sorted(files):
        text = path.read_bytes()
        seen.update(f"{path.relative_to(root)}\0{len(text)}\0".encode() + text)
    return seen.hexdigest()[:16]


def _forget_old(folder: Path) -> None:
    newest = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[KEPT:]:
        shutil.rmtree(path)


@contextmanager
def _alone(build: Path) -> Iterator[None]:
    """Hold a lock between processes: two test runs must not build the same artefact at once."""
    with (build / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Fetch what is missing, package, and print where the template is."""
    try:
        artefact = package(fetch=True)
    except PackagingError as error:
        raise SystemExit(str(error)) from error
    print(artefact.template)


if __name__ == "__main__":
    main()
