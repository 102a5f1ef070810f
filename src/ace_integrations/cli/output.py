"""How commands print: tables on a terminal, plain lines in a pipe, JSON on request."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def show(value: object, *, as_json: bool) -> None:
    """Print a model, a mapping, or a list of either."""
    plain: Any = to_plain(value)
    if as_json:
        say(json.dumps(plain, ensure_ascii=False, indent=2, default=str))
        return
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping | BaseModel)
    rows: list[Any] = plain if many else [plain]
    if not rows:
        say("Nothing found.")
    elif sys.stdout.isatty():
        Console().print(_table(rows, one=not many))
    else:
        for line in _lines(rows, one=not many):
            say(line)


def say(text: str) -> None:
    """Print one line as it is: nothing of it is taken for markup."""
    typer.echo(text)


def complain(text: str) -> None:
    """Print one line to standard error."""
    typer.echo(text, err=True)


def to_plain(value: object) -> Any:
    """Give the JSON value of models, mappings and iterables of them; secrets come out as stars."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {str(name): to_plain(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [to_plain(inner) for inner in cast("Iterable[object]", value)]
    return value


def _table(rows: list[Any], *, one: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    if one:
        table.add_column("", style="dim")
        table.add_column("")
        for name, value in _fields(rows[0]).items():
            table.add_row(name, _cell(value))
        return table
    for name in _fields(rows[0]):
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(_cell(value) for value in _fields(row).values()))
    return table


def _lines(rows: list[Any], *, one: bool) -> Iterable[str]:
    if one:
        yield from (f"{name}\t{_cell(value)}" for name, value in _fields(rows[0]).items())
    else:
        yield from ("\t".join(_cell(value) for value in _fields(row).values()) for row in rows)


def _fields(row: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", row) if isinstance(row, dict) else {"value": row}


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)
