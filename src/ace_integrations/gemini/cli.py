"""`ace gemini`."""

from typing import Annotated, Any

import typer

from ace_integrations.ai.model import Speaker, TextRequest, Turn
from ace_integrations.cli.output import AsJson, say, show
from ace_integrations.cli.state import open_ace
from ace_integrations.gemini.catalogue import find
from ace_integrations.gemini.client import Gemini
from ace_integrations.gemini.model import GeminiModel
from ace_integrations.gemini.models import ListedModel

app = typer.Typer(name="gemini", help="Text from a language model.", no_args_is_help=True)


@app.command()
def chat(
    question: str,
    *,
    system: Annotated[str | None, typer.Option(help="how the model is to behave")] = None,
    model: Annotated[str | None, typer.Option(help="another than GEMINI_MODEL")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the model; the answer is written as it comes."""
    request = TextRequest(turns=(Turn(speaker=Speaker.USER, text=question),), system=system)
    with open_ace() as ace:
        client = ace.client(Gemini)
        chosen = client.settings if model is None else client.settings.model_copy(update={"model": model})
        asked = GeminiModel(chosen)
        if as_json:
            show(client.perform(asked.generate(request)), as_json=True)
            return
        for part in client.follow(asked.stream(request)):
            typer.echo(part.text, nl=part.answer is not None)


@app.command()
def models(*, as_json: AsJson = False) -> None:
    """List the models that the key may ask, with what is known here of how long they last."""
    with open_ace() as ace:
        show([_row(listed) for listed in ace.client(Gemini).iterate_models()], as_json=as_json)


@app.command()
def count(question: str) -> None:
    """Count the tokens of a text; costs nothing."""
    with open_ace() as ace:
        say(str(ace.client(Gemini).count_tokens(question)))


def _row(listed: ListedModel) -> dict[str, Any]:
    known = find(listed.id)
    return {
        "id": listed.id,
        "title": listed.display_name,
        "state": known.state if known else "unknown here",
        "replacement": known.replacement if known else None,
        "ends": known.ends.isoformat() if known and known.ends else None,
        "thinking": "/".join(known.levels) if known else None,
        "answer_tokens": listed.output_token_limit,
    }
