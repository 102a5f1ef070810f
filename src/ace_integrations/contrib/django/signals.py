"""What happened, as Django signals. Receivers run in the transaction of what happened: what they raise undoes it.

@receiver(event_received, sender=IdentityChanged)
def apply(event, using, **_): ...

bus.on(object)(forward_happening)

@receiver(happened, sender=TeacherApproved)
def congratulate(event, using, **_): ...
"""

from django.dispatch import Signal

from ace_integrations.webhooks import Event

event_received = Signal()
"""A provider's webhook. Sent with `event` and `using`, the alias of the database; the sender is the class of the
event's `meaning`, or of its `data` where it has none. A passing failure raises, and the event comes again;
`PermanentError` makes a dead letter."""

happened = Signal()
"""An event of the platform's own `EventBus`. Sent with `event` and `using`; the sender is the event's class."""


def forward(event: Event, using: str) -> None:
    """Handle a webhook: tell it to the receivers of `event_received`."""
    about: object = event.data if event.meaning is None else event.meaning
    event_received.send(sender=type(about), event=event, using=using)


def forward_happening(event: object, using: str) -> None:
    """Handle an event of a bus: tell it to the receivers of `happened`."""
    happened.send(sender=type(event), event=event, using=using)
