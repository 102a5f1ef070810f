"""What a plugin author needs to describe and send calls; the modules behind it may move."""

from ace_integrations.core.account import Account, Options
from ace_integrations.core.call import BlockingCall, Call, Configured, Describer, InOrder, Replied, Result, operation
from ace_integrations.core.client import AsyncClient, AsyncFacade, ServiceOperations, SyncClient, SyncFacade
from ace_integrations.core.connection import AsyncConnection, AsyncSender, Connection, Sender
from ace_integrations.core.http_call import (
    Headers,
    HttpCall,
    Repeat,
    Reply,
    from_json,
    no_content,
    raw_reply,
    without_none,
)
from ace_integrations.core.redaction import Redactor
from ace_integrations.core.service import Endpoint, Problem, Service, require, secret_of
from ace_integrations.core.telemetry import CallRecord, Observer
from ace_integrations.core.token import Token

__all__ = [
    "Account",
    "AsyncClient",
    "AsyncConnection",
    "AsyncFacade",
    "AsyncSender",
    "BlockingCall",
    "Call",
    "CallRecord",
    "Configured",
    "Connection",
    "Describer",
    "Endpoint",
    "Headers",
    "HttpCall",
    "InOrder",
    "Observer",
    "Options",
    "Problem",
    "Redactor",
    "Repeat",
    "Replied",
    "Reply",
    "Result",
    "Sender",
    "Service",
    "ServiceOperations",
    "SyncClient",
    "SyncFacade",
    "Token",
    "from_json",
    "no_content",
    "operation",
    "raw_reply",
    "require",
    "secret_of",
    "without_none",
]
