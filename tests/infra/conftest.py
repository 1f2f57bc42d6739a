"""What the infrastructure tests read: the artefact of the present sources."""

import json
from typing import Any

import pytest

from infra.package import Artefact, package


@pytest.fixture(scope="session")
def artefact() -> Artefact:
    return package()


@pytest.fixture(scope="session")
def template(artefact: Artefact) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(artefact.template.read_text())
    return read


@pytest.fixture(scope="session")
def of_type(template: dict[str, Any]) -> Any:
    """A function: type of resource -> logical id -> properties."""

    def chosen(kind: str) -> dict[str, Any]:
        found = {name: each for name, each in template["Resources"].items() if each["Type"] == kind}
        assert found, f"the template has no {kind}"
        return {name: each.get("Properties", {}) for name, each in found.items()}

    return chosen
