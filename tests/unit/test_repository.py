"""What the repository may not hold, and what its documents must."""

import re
import subprocess
from pathlib import Path

import pytest

from ace_integrations import errors
from ace_integrations.hooks import Hooks, plugins

ROOT = Path(__file__).parents[2]
DOCS = "\n".join(path.read_text() for path in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize(
    "forbidden",
    [
        r"/(?:home|Users)/[a-z]+/",
        r"-----BEGIN (?:RSA |EC )?PRIVATE KEY",
        r"(?:sk|rk)_live_[A-Za-z0-9]{16,}",
        r"AIza[A-Za-z0-9_-]{35}",
        r"(?:pypi|pythonhosted|npmjs)\.(?:org|com)",
    ],
)
def test_no_file_holds_a_secret_a_machines_path_or_a_registry(forbidden: str) -> None:
    here = Path(__file__).name
    held = [
        path.name
        for path in tracked()
        if path.is_file() and path.name != here and re.search(forbidden, path.read_text("utf-8", "replace"))
    ]
    assert held == []


def test_the_constraints_name_versions_and_no_index() -> None:
    lines = (ROOT / "constraints.txt").read_text().split()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line) for line in lines)


def test_every_error_is_documented() -> None:
    leaves = [name for name in errors.__all__ if name not in ("AceError", "ProviderError", "WebhookError")]
    assert [name for name in leaves if f"`{name}`" not in DOCS] == []


def test_every_environment_name_is_on_its_providers_page() -> None:
    missing = []
    for provider in plugins().providers.values():
        settings = provider.load("settings")
        for field, about in settings.model_fields.items():
            if not about.exclude:
                missing += [name for name in settings.variables(field) if name not in DOCS]
    assert missing == []


def test_every_reference_of_every_provider_leads_somewhere() -> None:
    for provider in plugins().providers.values():
        for reference in ("settings", "build", "service", "webhooks", "twin", "commands", "probe", "prices", "privacy"):
            named = getattr(provider, reference)
            assert (provider.load(reference) is not None) is bool(named)  # type: ignore[arg-type]


def test_every_hook_says_when_it_is_called() -> None:
    hooks = [hook for name, hook in vars(Hooks).items() if name.startswith("ace_")]
    assert hooks
    assert all("Called" in (hook.__doc__ or "") for hook in hooks)


def test_every_place_that_the_docs_lead_to_exists() -> None:
    page = (ROOT / "docs/where-is-it.md").read_text()
    named = re.findall(r"`((?:src|examples)/[^`]+)`", page)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).is_file()] == []
