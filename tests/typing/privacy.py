"""Only type-checked: what an export and an erasure give in each colour, and that every data map is one."""

from typing import assert_type

from ace_integrations import Ace, AsyncAce
from ace_integrations.contrib.sqlalchemy import AsyncSqlErasures, SqlErasures
from ace_integrations.core import Call
from ace_integrations.didit import DiditSettings
from ace_integrations.didit.privacy import DiditDataMap
from ace_integrations.mail.mailgun import MailgunSettings
from ace_integrations.mail.mailgun.privacy import MailgunDataMap
from ace_integrations.mail.outbox import OutboxSettings
from ace_integrations.mail.outbox.privacy import OutboxDataMap
from ace_integrations.payments.paypal import PayPalSettings
from ace_integrations.payments.paypal.privacy import PayPalDataMap
from ace_integrations.payments.stripe import StripeSettings
from ace_integrations.payments.stripe.privacy import StripeDataMap
from ace_integrations.privacy import DataMap, Erased, ErasureReport, Exported, ExportReport, ServiceErasure, Subject
from ace_integrations.privacy.ledger import Step
from ace_integrations.realtime.pusher import PusherSettings
from ace_integrations.realtime.pusher.privacy import PusherDataMap
from ace_integrations.video.agora import AgoraSettings
from ace_integrations.video.agora.privacy import AgoraDataMap
from ace_integrations.video.jitsi import JitsiSettings
from ace_integrations.video.jitsi.privacy import JitsiDataMap


def blocking(ace: Ace, subject: Subject, ledger: SqlErasures) -> None:
    assert_type(ace.privacy.export(subject), ExportReport)
    assert_type(ace.privacy.erase(subject), ErasureReport)
    assert_type(ace.privacy.erase_at("stripe", subject), ServiceErasure)
    assert_type(ledger.run_due(ace.privacy), int)


async def awaited(ace: AsyncAce, subject: Subject, ledger: AsyncSqlErasures) -> None:
    assert_type(await ace.privacy.export(subject), ExportReport)
    assert_type(await ace.privacy.erase(subject), ErasureReport)
    assert_type(await ledger.run_due(ace.privacy), int)
    assert_type(await ledger.steps("user-9"), tuple[Step, ...])


def described(subject: Subject) -> tuple[DataMap, ...]:
    didit = DiditDataMap(DiditSettings())
    assert_type(didit.export(subject), Call[Exported])
    assert_type(didit.erase(subject), Call[Erased])
    return (
        didit,
        MailgunDataMap(MailgunSettings()),
        OutboxDataMap(OutboxSettings()),
        StripeDataMap(StripeSettings()),
        PayPalDataMap(PayPalSettings()),
        PusherDataMap(PusherSettings()),
        AgoraDataMap(AgoraSettings()),
        JitsiDataMap(JitsiSettings()),
    )
