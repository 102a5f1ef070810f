"""What must commit with your own rows, kept in your own database. Extra: `sqlalchemy`. PostgreSQL and SQLite.

Add the tables to your metadata (`claims_table(Base.metadata)`, …) and migrate them as any other.
"""

from ace_integrations.contrib.sqlalchemy.audit import audit_table, written
from ace_integrations.contrib.sqlalchemy.broadcasts import AsyncSqlBroadcastQueue, SqlBroadcastQueue, broadcast_table
from ace_integrations.contrib.sqlalchemy.claims import AsyncSqlStore, SqlStore, claims_table
from ace_integrations.contrib.sqlalchemy.conversations import (
    AsyncSqlConversations,
    SqlConversations,
    conversation_tables,
)
from ace_integrations.contrib.sqlalchemy.mail import (
    AsyncSqlMailQueue,
    AsyncSqlSuppressions,
    SqlMailQueue,
    SqlSuppressions,
    mail_tables,
)
from ace_integrations.contrib.sqlalchemy.privacy import AsyncSqlErasures, SqlErasures, erasure_table
from ace_integrations.contrib.sqlalchemy.usage import AsyncSqlUsage, SqlUsage, usage_tables

__all__ = [
    "AsyncSqlBroadcastQueue",
    "AsyncSqlConversations",
    "AsyncSqlErasures",
    "AsyncSqlMailQueue",
    "AsyncSqlStore",
    "AsyncSqlSuppressions",
    "AsyncSqlUsage",
    "SqlBroadcastQueue",
    "SqlConversations",
    "SqlErasures",
    "SqlMailQueue",
    "SqlStore",
    "SqlSuppressions",
    "SqlUsage",
    "audit_table",
    "broadcast_table",
    "claims_table",
    "conversation_tables",
    "erasure_table",
    "mail_tables",
    "usage_tables",
    "written",
]
