"""What the README shows runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)[0]
    script = tmp_path / "example.py"
    script.write_text(code)
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"send the student to http://127\.0\.0\.1:\d+/didit/session/\S+", done.stdout)
    assert done.stdout.endswith("student-42 is verified\n200\n")


def test_the_example_of_the_page_on_language_models_runs(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", (README.parent / "docs" / "ai.md").read_text(), re.DOTALL)[0]
    script = tmp_path / "example.py"
    script.write_text(code)
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" False\n")
