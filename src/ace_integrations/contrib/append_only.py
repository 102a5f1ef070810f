"""SQL that lets a table be added to, and refuses to change or delete a row; PostgreSQL and SQLite."""

from collections.abc import Mapping

_SQLITE = tuple(
    f"CREATE TRIGGER {{name}}_no_{verb} BEFORE {verb} ON {{name}} "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''the audit trail is only added to''; END'",
    "CREATE TRIGGER {name}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
)

GUARDED: Mapping[str, tuple[str, ...]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""The statements by database, with `{name}` where the table's name stands."""


def guards(database: str, table: str) -> tuple[str, ...]:
    """Give the statements that guard a table; none for a database that is not known here.

    Args:
        database: as SQLAlchemy and Django both call it, "postgresql" or "sqlite".
    """
    return tuple(statement.format(name=table) for statement in GUARDED.get(database, ()))
