"""The `ace` command in processes that have imported everything once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ace_integrations.sandbox import RunningSandbox

ROOT = Path(__file__).parents[3]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def forker() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.unit.cli.forking"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with subprocess.Popen(
        command, cwd=ROOT, text=True, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process


@pytest.fixture
def ace(
    forker: subprocess.Popen[str],
    ace_sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """Run `ace` in a process of its own; settings come from the environment."""
    monkeypatch.setenv("ACE_SANDBOX_URL", ace_sandbox.url)
    files = [tmp_path_factory.mktemp("ace") / name for name in ("input", "output", "errors")]

    def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        assert forker.stdin is not None
        assert forker.stdout is not None
        files[0].write_text(text)
        forker.stdin.write(
            json.dumps([arguments, str(tmp_path), dict(os.environ), [str(file) for file in files]]) + "\n"
        )
        forker.stdin.flush()
        code = int(forker.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, files[1].read_text(), files[2].read_text())

    return run
