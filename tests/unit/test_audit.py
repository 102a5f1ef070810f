"""Audit events: what they hold, and that a database keeps them as they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, MetaData, Table, create_engine, select
from sqlalchemy.exc import DatabaseError

from ace_integrations import Ace, InvalidInputError, Settings
from ace_integrations.audit import Audit
from ace_integrations.contrib.sqlalchemy import audit_table, written

NOW = 1_764_000_000


def test_an_event_holds_user_amount_payment_and_address() -> None:
    audit = Audit(clock=lambda: NOW)
    event = audit.event(
        "payment.changed",
        user="user-1",
        actor="stripe",
        amount=Decimal("1490.00"),
        currency="EGP",
        payment="7",
        address="192.0.2.7",
        details={"line": "paid"},
    )
    assert event.at == datetime.fromtimestamp(NOW, UTC)
    assert (event.user, event.actor, event.payment, event.address) == ("user-1", "stripe", "7", "192.0.2.7")
    assert f"{event.amount} {event.currency}" == "1490.00 EGP"


def test_a_hashed_address_is_equal_to_itself_and_cannot_be_read() -> None:
    audit = Ace(Settings(audit_address_key=SecretStr("a-key-for-tests"))).audit
    one, same, other = (
        audit.event("account.created", address=address).address for address in ("192.0.2.7", "192.0.2.7", "192.0.2.8")
    )
    assert one == same != other
    assert "192" not in one
    assert Audit(address_key=SecretStr("another-key")).event("account.created", address="192.0.2.7").address != one
    assert audit.event("account.created").address == ""


@pytest.mark.parametrize("what", ["payment", "Payment.changed", "payment changed", "", "a.b\n"])
def test_a_kind_is_words_with_dots(what: str) -> None:
    with pytest.raises(InvalidInputError, match="what"):
        Audit().event(what)


def test_an_amount_has_a_currency() -> None:
    with pytest.raises(InvalidInputError, match="currency"):
        Audit().event("payment.changed", amount=Decimal(1))


@pytest.fixture(params=["sqlite", "postgresql"])
def trail(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Table]]:
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url").replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    metadata = MetaData()
    table = audit_table(metadata, f"audit_{tmp_path.name.replace('-', '_').lower()[-40:]}")
    metadata.drop_all(engine)
    metadata.create_all(engine)
    yield engine, table
    metadata.drop_all(engine)
    engine.dispose()


def test_the_trail_is_added_to_and_neither_changed_nor_deleted(trail: tuple[Engine, Table]) -> None:
    engine, table = trail
    event = Audit(clock=lambda: NOW).event(
        "payment.changed", amount=Decimal("0.10"), currency="EGP", details={"a": "b"}
    )
    with engine.begin() as connection:
        connection.execute(written(table, event))
    for statement in (table.update().values(user="user-2"), table.delete()):
        with pytest.raises(DatabaseError, match="only added to"), engine.begin() as connection:
            connection.execute(statement)
    with engine.begin() as connection:
        (row,) = connection.execute(select(table)).all()
    assert (row.what, row.amount, row.currency, row.details) == ("payment.changed", "0.10", "EGP", {"a": "b"})
