"""What the folder offers, and what importing it costs."""

import subprocess
import sys

import ace_integrations.didit as folder


def test_every_public_name_is_there():
    assert [name for name in folder.__all__ if not hasattr(folder, name)] == []


def test_importing_the_folder_imports_neither_http_library_nor_pydantic():
    program = "import ace_integrations.didit, sys; print(sorted({'httpx', 'pydantic', 'starlette'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_twin_knows_nothing_of_the_client():
    program = "import ace_integrations.didit.sandbox, sys; print('ace_integrations.didit.client' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
