"""What a plugin author needs to describe and send calls; the modules behind it may move."""

from ace_integrations.core.account import Account, Options
from ace_integrations.core.call import BlockingCall, Call, Configured, Describer, InOrder, Replied, Result, operation
from ace_integrations.core.client import AsyncClient, AsyncFacade, ServiceOperations, SyncClient, SyncFacade
from ace_integrations.core.connection import AsyncConnection, AsyncSender, Connection, Sender
from ace_integrations.core.http import WireRequest
from ace_integrations.core.http_call import (
    Headers,
    HttpCall,
    Metered,
    Repeat,
    Reply,
    from_json,
    no_content,
    raw_reply,
    without_none,
)
from ace_integrations.core.keep import Cached, Keep, Kept
from ace_integrations.core.pause import Rest
from ace_integrations.core.redaction import Redactor
from ace_integrations.core.service import Endpoint, Problem, Service, require, secret_of
from ace_integrations.core.stream import ConfiguredStream, PartReader, Streamed, streaming
from ace_integrations.core.telemetry import CallRecord, Guard, Observer
from ace_integrations.core.token import Token

__all__ = [
    "Account",
    "AsyncClient",
    "AsyncConnection",
    "AsyncFacade",
    "AsyncSender",
    "BlockingCall",
    "Cached",
    "Call",
    "CallRecord",
    "Configured",
    "ConfiguredStream",
    "Connection",
    "Describer",
    "Endpoint",
    "Guard",
    "Headers",
    "HttpCall",
    "InOrder",
    "Keep",
    "Kept",
    "Metered",
    "Observer",
    "Options",
    "PartReader",
    "Problem",
    "Redactor",
    "Repeat",
    "Replied",
    "Reply",
    "Rest",
    "Result",
    "Sender",
    "Service",
    "ServiceOperations",
    "Streamed",
    "SyncClient",
    "SyncFacade",
    "Token",
    "WireRequest",
    "from_json",
    "no_content",
    "operation",
    "raw_reply",
    "require",
    "secret_of",
    "streaming",
    "without_none",
]
