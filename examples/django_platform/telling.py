"""What browsers are told: events by the live connection, and the same as news for pages that have none."""

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.broadcasts import DjangoBroadcastQueue
from ace_integrations.realtime import Broadcast
from ace_integrations.realtime.channels import ChannelKind
from examples.django_platform.models import News
from examples.django_platform.services import now


def tell(event: Broadcast) -> None:
    """Let an event be told when the transaction that runs now commits; it is news where there are no live messages."""
    ace = get_ace()
    if ace.settings.realtime:
        DjangoBroadcastQueue(clock=ace.clock).put(event)
    about = {"event_id": event.event_id, "name": event.name, "data": event.model_dump(mode="json")}
    private = [channel.name for channel in event.channels() if channel.kind is ChannelKind.PRIVATE]
    News.objects.bulk_create(News(channel=channel, told_at=now(), **about) for channel in private)
