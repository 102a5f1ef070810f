import subprocess
import sys

import pytest

import ace_integrations
from ace_integrations import errors


def test_importing_the_package_imports_no_library_and_no_provider() -> None:
    code = "import ace_integrations, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"httpx", "httpcore", "pydantic", "pydantic_core", "stripe", "pluggy", "stamina", "limits", "jinja2"}
    assert not heavy & set(loaded)
    assert not [name for name in loaded if name.startswith(("ace_integrations.didit", "ace_integrations.payments"))]


def test_every_exported_name_exists_and_every_error_is_exported() -> None:
    assert all(hasattr(ace_integrations, name) for name in ace_integrations.__all__)
    assert set(errors.__all__) <= set(ace_integrations.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        ace_integrations.Nonsense  # noqa: B018


def test_an_ace_is_made_without_reading_or_opening_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_TIMEOUT", "nonsense")
    ace_integrations.Ace()
    ace_integrations.AsyncAce()
