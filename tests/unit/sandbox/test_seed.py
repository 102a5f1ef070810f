import json
import re
from pathlib import Path

import pytest

from ace_integrations import InvalidInputError, ProviderError
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.sandbox.seed import plant, read_seed

DOCS = Path(__file__).parents[3] / "docs" / "sandbox.md"


def test_the_seed_of_the_documentation_fills_the_twins_and_moves_the_clock(
    ace_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    (tmp_path / "seed.json").write_text(re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL)[0])
    before = ace_sandbox.control.now()
    assert plant(ace_sandbox, read_seed(tmp_path / "seed.json")) == 3
    assert ace_sandbox.control.now() - before >= 3600
    assert {entry["provider"] for entry in ace_sandbox.control.journal(operation="")} == {"didit", "stripe"}
    assert len(ace_sandbox.control.get("didit/sessions")["sessions"]) == 1


@pytest.mark.parametrize("steps", [{}, [{}], [{"provider": "stripe"}], [{"control": "clock", "more": 1}], ["x"]])
def test_a_malformed_seed_says_which_step(steps: object, tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_text(json.dumps(steps))
    with pytest.raises(InvalidInputError, match="neither a call nor a control"):
        read_seed(tmp_path / "seed.json")


def test_what_a_twin_refuses_stops_the_seed(ace_sandbox: RunningSandbox, tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_text(json.dumps([{"provider": "stripe", "path": "/v1/payment_intents", "form": {}}]))
    with pytest.raises(ProviderError):
        plant(ace_sandbox, read_seed(tmp_path / "seed.json"))
