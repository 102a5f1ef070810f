"""Celery: chores as tasks that its beat starts. Extra: `celery`.

    app = Celery("platform", broker=os.environ["CELERY_BROKER_URL"])
    register(app, chores())

A task that Celery loses or runs twice does no harm: what is due is taken from the database under a lease.
"""

from collections.abc import Callable, Iterable

from celery import Celery

from ace_integrations.contrib.relay import Chore

PREFIX = "ace"


def register(app: Celery, chores: Iterable[Chore]) -> None:
    """Add a task named `ace.<chore>` for each chore, and its time to the app's beat."""
    schedule = dict(app.conf.beat_schedule or {})
    for chore in chores:
        name = f"{PREFIX}.{chore.name}"
        # A task that waited longer than until its next turn has nothing to do that the next one does not.
        options = {"expires": max(1.0, chore.every_s)}
        app.task(name=name, ignore_result=True)(_task(chore.do))
        schedule[name] = {"task": name, "schedule": chore.every_s, "options": options}
    app.conf.beat_schedule = schedule


def _task(do: Callable[[], object]) -> Callable[[], None]:
    # What it raises is a failed task, as Celery's own tools show it; the next turn does it again.
    def task() -> None:
        do()

    return task
