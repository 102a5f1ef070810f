"""The `ace` command as a person types it, against a running sandbox."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine

from ace_integrations.contrib.sqlalchemy import usage_tables
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.testing import WebhookFactory

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_installed_command_runs() -> None:
    script = Path(sys.executable).parent / "ace"
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, "doctor" in done.stdout) == (0, True)


def test_doctor_finds_the_sandbox_behind_each_chosen_service(ace: Run) -> None:
    done = ace("doctor", "--json")
    verdicts = {row["provider"]: row["verdict"] for row in json.loads(done.stdout)}
    assert done.returncode == 0
    assert {verdicts[name] for name in ("didit", "mailgun", "stripe")} == {"sandbox"}
    assert verdicts["smtp"] == "off"


def test_doctor_names_what_is_missing_and_exits_1(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACE_SANDBOX_URL")
    done = ace("doctor", "--offline")
    assert done.returncode == 1
    assert "DIDIT_API_KEY" in done.stdout


def test_doctor_lists_variables_and_never_a_value(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET", "sk_test_planted1234")
    done = ace("doctor", "--env")
    assert "set\tSTRIPE_SECRET in the environment" in done.stdout
    assert done.returncode == 0
    assert "planted" not in done.stdout + done.stderr


def test_doctor_lists_variables_although_one_that_all_share_is_malformed(
    ace: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACE_TIMEOUT", "planted")
    done = ace("doctor", "--env", "--json")
    rows = {row["variable"]: (row["state"], row["why"]) for row in json.loads(done.stdout)}
    assert rows["ACE_TIMEOUT"] == ("invalid", "Input should be a valid number, unable to parse string as a number")
    assert (done.returncode, "planted" in done.stdout + done.stderr) == (1, False)


def test_a_contradiction_is_one_line_and_exit_code_3(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ENV", "production")
    done = ace("payments", "gateways")
    assert (done.returncode, done.stdout) == (3, "")
    assert "ACE_ENV is production" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_verification_is_created_decided_and_listed(ace: Run) -> None:
    made = json.loads(ace("didit", "create", "user-7", "--json").stdout)
    assert made["url"].startswith("http://127.0.0.1:")
    rows = json.loads(ace("didit", "sessions", "--json").stdout)
    assert len(rows if isinstance(rows, list) else rows["results"]) == 1


def test_each_notification_passes_its_lint_and_previews_in_both_languages(ace: Run) -> None:
    assert ace("mail", "lint").returncode == 0
    shown = ace("mail", "preview", "welcome").stdout
    assert 'dir="rtl"' in shown
    assert 'dir="ltr"' in shown


def test_a_genuine_webhook_verifies_and_a_spoiled_one_is_explained(ace: Run, tmp_path: Path) -> None:
    made = WebhookFactory().make("stripe", "payment_intent.succeeded", amount=14900)
    (tmp_path / "body.json").write_bytes(made.body)
    signature = next(value for name, value in made.headers.items() if name.lower() == "stripe-signature")
    good = ace("webhooks", "verify", "stripe", "body.json", "-H", f"Stripe-Signature: {signature}")
    assert (good.returncode, "none" in good.stdout) == (0, True)
    (tmp_path / "body.json").write_text(json.dumps(json.loads(made.body)))
    bad = ace("webhooks", "explain", "stripe", "body.json", "-H", f"Stripe-Signature: {signature}", "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["mistake"] == "body re-serialised"
    assert "whsec" not in bad.stdout + bad.stderr


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_signature_made_here_verifies_here(ace: Run, tmp_path: Path, provider: str) -> None:
    (tmp_path / "body.json").write_text('{"id": "evt_1", "object": "event"}')
    headers = json.loads(ace("webhooks", "sign", provider, "body.json", "--json").stdout)
    lines = [argument for name, value in headers.items() for argument in ("-H", f"{name}: {value}")]
    assert ace("webhooks", "verify", provider, "body.json", *lines).returncode == 0


def test_a_webhook_that_nobody_takes_says_what_to_start(ace: Run) -> None:
    done = ace("webhooks", "trigger", "payment_intent.succeeded", "--to", "http://127.0.0.1:9/hook")
    assert done.returncode == 1
    assert "start the platform" in done.stderr
    assert ace("webhooks", "trigger", "no.such.event").returncode == 2


def test_the_sandbox_can_be_looked_into_and_moved(ace: Run, ace_sandbox: RunningSandbox) -> None:
    before = ace_sandbox.control.now()
    assert ace("sandbox", "advance", "86400").returncode == 0
    assert ace_sandbox.control.now() - before > 86400
    ace("didit", "balance")
    assert "/v3/billing/balance/" in ace("sandbox", "log").stdout


def test_a_command_is_run_against_a_sandbox_of_its_own(ace: Run) -> None:
    code = "import os, sys; sys.exit(7 if os.environ['ACE_SANDBOX_URL'] else 1)"
    assert ace("sandbox", "exec", "--", sys.executable, "-c", code).returncode == 7


def test_plugins_are_listed_plain_in_a_pipe_and_as_json(ace: Run) -> None:
    assert {row["name"] for row in json.loads(ace("plugins", "--json").stdout)} >= {"didit", "mailgun", "stripe"}
    lines = ace("plugins").stdout.splitlines()
    stripe = next(line for line in lines if line.startswith("stripe\t")).split("\t")
    assert stripe[:5] == ["stripe", "payments", "Stripe", "on", "sandbox"]
    assert stripe[-1] == "ace_integrations"


def test_links_are_printed_one_a_line(ace: Run) -> None:
    lines = ace("plugins", "--links").stdout.splitlines()
    assert "didit\tDocumentation\thttps://docs.didit.me" in lines
    assert {line.count("\t") for line in lines} == {2}


def test_init_writes_every_variable_without_a_value_and_ignores_env_once(ace: Run, tmp_path: Path) -> None:
    assert ace("init").returncode == 0
    assert ace("init").returncode == 1
    assert ace("init", "--force").returncode == 0
    written = (tmp_path / ".env.example").read_text()
    assert {"DIDIT_API_KEY=", "STRIPE_SECRET_KEY=", "MAILGUN_DOMAIN=", "ACE_SANDBOX="} <= {
        line.partition("  #")[0] for line in written.splitlines()
    }
    assert all(not line.partition("=")[2].partition("  #")[0] for line in written.splitlines() if line[:1] != "#")
    assert (tmp_path / ".gitignore").read_text() == ".env\n.env.*\n!.env.example\n"


def test_a_copied_example_is_a_good_env_file(ace: Run, tmp_path: Path) -> None:
    ace("init")
    (tmp_path / ".env.example").rename(tmp_path / ".env")
    assert ace("doctor").returncode == 0


def test_the_doctor_tells_ages_and_shared_secrets_and_a_warning_fails_only_when_strict(
    ace: Run, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MAILGUN_API_KEY_SET_ON=someday\nMAILGUN_API_KEY=planted-key\n")
    (tmp_path / ".env.staging").write_text("MAILGUN_SECRET=planted-key\n")
    done = ace("doctor", "--offline", "--json")
    found = [row["what"] for row in json.loads(done.stdout) if row["verdict"] == "warning"]
    assert found == [
        "MAILGUN_API_KEY_SET_ON is no date: write it as in 2026-11-25",
        "MAILGUN_SECRET has the same value in .env and .env.staging: give each profile its own",
    ]
    assert done.returncode == 0
    assert "planted" not in done.stdout + done.stderr
    assert ace("doctor", "--offline", "--strict").returncode == 1
    (tmp_path / ".env").unlink()
    assert ace("doctor", "--offline", "--strict").returncode == 0


def test_the_doctor_passes_on_what_a_provider_warns_of(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACE_SANDBOX_URL")
    monkeypatch.setenv("ACE_ENV", "production")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_planted1234")
    done = ace("doctor", "--offline")
    assert "STRIPE_SECRET_KEY is a test key" in done.stdout


def test_an_estimate_names_what_it_assumes_and_adds_up(ace: Run) -> None:
    size = ("--users", "1000", "--courses", "100", "--classes", "50")
    rows = json.loads(ace("usage", "estimate", *size, "--json").stdout)
    items, total = rows[:-1], rows[-1]
    services = {"didit", "gemini", "jsearch", "mailgun", "paypal", "stripe", "jitsi", "agora", "pusher"}
    assert {row["provider"] for row in items} == services
    assert all(row["assumed"] and row["as_of"] for row in items)
    assert sum(Decimal(row["usd"]) for row in items) == Decimal(total["usd"]) == Decimal("1004.10")


def test_usage_is_read_from_the_platforms_database(ace: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ace("usage").returncode == 3
    engine = create_engine(f"sqlite:///{tmp_path / 'books.sqlite3'}")
    metadata = MetaData()
    counts, _ = usage_tables(metadata)
    metadata.create_all(engine)
    today = datetime.now(UTC).date()
    row = {
        "day": today,
        "provider": "didit",
        "operation": "create_session",
        "unit": "verification",
        "calls": 3,
        "failed": 1,
        "units": 700,
    }
    with engine.begin() as connection:
        connection.execute(counts.insert().values(user="student-1", **row))
    for driver in ("sqlite", "sqlite+aiosqlite"):
        monkeypatch.setenv("DATABASE_URL", f"{driver}:///{tmp_path / 'books.sqlite3'}")
        shown = json.loads(ace("usage", "--by", "provider,user", "--json").stdout)
        assert shown == [
            {"provider": "didit", "user": "student-1", "calls": 3, "failed": 1, "units": 700, "usd": "66.00"}
        ]
    monkeypatch.setenv("ACE_BUDGETS", "didit=699")
    (foreseen,) = json.loads(ace("usage", "forecast", "--json").stdout)
    assert (foreseen["provider"], foreseen["used"], foreseen["budget"], foreseen["goes_past"]) == (
        "didit",
        700,
        699,
        True,
    )
    called = {row["name"]: row["last_called"] for row in json.loads(ace("plugins", "--json").stdout)}
    assert (called["didit"], called["stripe"]) == (f"{today}", "")
    assert ace("usage", "--by", "service").returncode == 2
    assert ace("usage", "--month", "2026-13").returncode == 2
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    broken = ace("usage")
    assert (broken.returncode, "ace_usage" in broken.stderr, "Traceback" in broken.stderr) == (3, True, False)


def test_rates_show_is_the_rate_with_its_source_and_age(ace: Run, ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.post("fx/sources/frankfurter/trouble", trouble="inverted")
    shown = json.loads(ace("rates", "show", "--json").stdout)
    assert (shown["rate"], shown["source"], shown["decision"]) == ("1 USD = 50 EGP", "er-api", "fresh")
    assert shown["skipped"] == "frankfurter: out of bounds"
    assert 0 <= float(shown["age_hours"]) < 36


def test_rates_show_says_why_there_is_none(
    ace: Run, ace_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACE_FX_SOURCES", "er-api")
    ace_sandbox.control.post("fx/sources/er-api/trouble", trouble="stale")
    done = ace("rates", "show")
    assert (done.returncode, done.stdout) == (1, "")
    assert "rate_unavailable (er-api: too old)" in done.stderr


def test_rates_quote_prints_the_record_of_a_payment(ace: Run) -> None:
    record = json.loads(ace("rates", "quote", "1000", "--for", "course:42", "--gateway", "paypal", "--json").stdout)
    assert (record["target_amount"], record["target_currency"], record["rate"]) == ("20.00", "USD", "50")
    assert record["exponents"] == "paypal"
    assert ace("rates", "quote", "10").stdout.count("0.20") == 1
    assert ace("rates", "quote", "ten").returncode == 2
    assert ace("rates", "quote", "10", "--to", "EUR").returncode == 2


def test_rates_sources_asks_each(ace: Run, ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.post("fx/sources/er-api/trouble", trouble="unauthorized")
    rows = json.loads(ace("rates", "sources", "--json").stdout)
    assert [(row["source"], bool(row["problem"])) for row in rows] == [
        ("frankfurter", False),
        ("er-api", True),
        ("fawazahmed0", False),
    ]
