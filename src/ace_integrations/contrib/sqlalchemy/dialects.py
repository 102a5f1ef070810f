"""What SQLite and PostgreSQL write differently."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Table
from sqlalchemy.dialects import postgresql, sqlite

NUMBERED = BigInteger().with_variant(Integer, "sqlite")
"""The type of an id that the database counts up: SQLite does so only in a column of the type INTEGER."""


def insert_into(dialect: str, table: Table) -> Any:
    """Give an INSERT that knows ON CONFLICT, which each dialect has of its own."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
