"""What must commit with your own rows, kept in your own database. Extra: `sqlalchemy`. PostgreSQL and SQLite.

Add the tables to your metadata (`claims_table(Base.metadata)`, …) and migrate them as any other.
"""

from ace_integrations.contrib.sqlalchemy.claims import AsyncSqlStore, SqlStore, claims_table
from ace_integrations.contrib.sqlalchemy.usage import AsyncSqlUsage, SqlUsage, usage_tables

__all__ = [
    "AsyncSqlStore",
    "AsyncSqlUsage",
    "SqlStore",
    "SqlUsage",
    "claims_table",
    "usage_tables",
]
