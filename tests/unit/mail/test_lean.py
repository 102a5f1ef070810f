import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["mail", "mail.mailgun", "mail.smtp", "mail.outbox", "mail.notifications"])
def test_importing_a_package_brings_neither_httpx_nor_pydantic(package):
    heavy = "[name for name in ('httpx', 'pydantic', 'jinja2') if name in sys.modules]"
    code = f"import sys, ace_integrations.{package}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
