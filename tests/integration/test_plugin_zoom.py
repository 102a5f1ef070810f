"""A stranger's package beside ours: found by its entry point, as good as our own, and nothing here knows it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "plugin_zoom"


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a Python that has the package, with what an installer writes beside it."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    about = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["ace_integrations"]
    lines = [f"{name} = {module}" for name, module in points.items()]
    (about / "entry_points.txt").write_text("[ace_integrations]\n" + "\n".join(lines) + "\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACE_")}
    return {**kept, "PYTHONPATH": f"{tmp_path}:{PACKAGE}"}


def run(installed: dict[str, str], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**installed, **more},
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_passes_the_suite_that_ours_pass(installed: dict[str, str]) -> None:
    suite = (
        "--pyargs",
        "ace_integrations.testing.conformance",
        "--provider",
        "ace_zoom.testing:ZoomUnderTest",
    )
    done = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", *suite)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_it_is_chosen_by_a_setting_and_its_twin_runs_in_the_sandbox(installed: dict[str, str]) -> None:
    code = """
from datetime import UTC, datetime, timedelta
from ace_integrations import Ace
from ace_integrations.video import Person, Role
with Ace.sandbox() as ace:
    now = datetime.now(UTC)
    who = {"person": Person(id="17", name="Lina"), "role": Role.PARTICIPANT}
    grant = ace.video.grant(session_id="42", now=now, ends_at=now + timedelta(hours=1), **who)
    print(grant.provider, ace.video.end(grant.room))
"""
    done = run(installed, "-c", code, ACE_VIDEO="zoom")
    assert done.stdout.split() == ["zoom", "server"], done.stderr


def test_the_core_names_it_nowhere() -> None:
    sources = (ROOT / "src").rglob("*.py")
    assert [path.name for path in sources if "ace_zoom" in path.read_text()] == []
