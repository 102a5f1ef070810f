"""The audit trail in your database: rows are added, and the database itself refuses to change or delete them."""

from typing import Any

from sqlalchemy import DDL, JSON, Column, DateTime, MetaData, String, Table, event

from ace_integrations.audit import AuditEvent
from ace_integrations.contrib.append_only import GUARDED, guards
from ace_integrations.contrib.sqlalchemy.dialects import NUMBERED


def audit_table(metadata: MetaData, name: str = "ace_audit") -> Table:
    """Give the table of audit events, added to your metadata.

    Creating it with SQLAlchemy adds triggers that refuse UPDATE and DELETE; a migration tool must be told to keep them.
    """
    if name in metadata.tables:
        return metadata.tables[name]
    table = Table(
        name,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, index=True),
        Column("what", String(64), nullable=False),
        Column("user", String(64), nullable=False, index=True),
        Column("actor", String(64), nullable=False),
        # As text: SQLite would keep a number as a float.
        Column("amount", String(40)),
        Column("currency", String(3), nullable=False),
        Column("payment", String(64), nullable=False),
        Column("address", String(64), nullable=False),
        Column("details", JSON, nullable=False),
    )
    for dialect in GUARDED:
        for statement in guards(dialect, name):
            _after_create(table, dialect, statement)
    return table


def written(table: Table, what: AuditEvent) -> Any:
    """Give the statement that adds an event: `await session.execute(written(AUDIT, ace.audit.event(...)))`."""
    values = what.model_dump(exclude={"amount", "details"})
    amount = None if what.amount is None else f"{what.amount:f}"
    return table.insert().values(**values, amount=amount, details=dict(what.details))


def _after_create(table: Table, dialect: str, statement: str) -> None:
    event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]
