"""Fill a sandbox from a file: calls of the services' own APIs, and controls, in order."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ace_integrations.ace import Ace
from ace_integrations.core import HttpCall, Options, raw_reply
from ace_integrations.errors import InvalidInputError
from ace_integrations.sandbox.server import RunningSandbox
from ace_integrations.settings import Settings


class Call(BaseModel):
    """One request to a twin, with the sandbox's own keys.

    Attributes:
        path: below the twin, as in "/v1/payment_intents".
        form: nested names as the service writes them, as in "metadata[payment_id]".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    method: str = "POST"
    path: str
    body: Annotated[Any, Field(alias="json")] = None
    form: dict[str, str] | None = None


class Control(BaseModel):
    """One use of a control, as in "mailgun/domains"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control: str
    fields: dict[str, Any] = {}


Step = Call | Control

_STEPS = TypeAdapter(list[Step])


def read_seed(path: Path) -> list[Step]:
    """Read a JSON list of steps.

    Raises:
        InvalidInputError: it is none; the text names the places.
    """
    try:
        return _STEPS.validate_json(path.read_bytes())
    except ValidationError as error:
        places = sorted({".".join(map(str, one["loc"][:1])) or "file" for one in error.errors(include_input=False)})
        raise InvalidInputError(f"step {', '.join(places)} is neither a call nor a control", field=path.name) from None


def plant(running: RunningSandbox, steps: Iterable[Step]) -> int:
    """Do the steps; give how many.

    Raises:
        ProviderError: a twin refused a call.
        InvalidInputError: the sandbox refused a control.
    """
    done = 0
    with Ace(Settings(sandbox_url=running.url)) as ace:
        for done, step in enumerate(steps, 1):  # noqa: B007 - counted
            if isinstance(step, Control):
                running.control.post(step.control, **step.fields)
                continue
            call = HttpCall(step.method, step.path, raw_reply, json=step.body, form=step.form)
            ace.connection(step.provider).exchange(call.labelled(step.provider, "seed"), Options(max_retries=0))
    return done
