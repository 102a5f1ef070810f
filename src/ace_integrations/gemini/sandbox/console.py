"""What the console shows of the twin: prompts with their answers, and the answers that wait for a call."""

from collections.abc import Sequence

from ace_integrations.gemini.sandbox.account import Account
from ace_integrations.gemini.sandbox.log import Exchange
from ace_integrations.gemini.sandbox.scripts import Waiting
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item

_FINISHES = {
    "STOP": Badge("Answered"),
    "CONTINUATION": Badge("In part", "info"),
    "MAX_TOKENS": Badge("Cut short", "warn"),
    "": Badge("No answer", "warn"),
}
_TITLE, _SUBTITLE, _HEADING = 36, 28, 80
"""Characters that fit into one line: what a browser cuts off a line of two scripts may be its beginning."""
_SCRIPT = "script-"


class Shown:
    """The console's view of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def items(self) -> Sequence[Item]:
        """Give the answers that wait, the next one first, and the prompts, newest first."""
        waiting = [_waiting_item(one) for one in self._account.scripts.list()]
        prompts = [one for one in self._account.log if one.is_prompt]
        return [*waiting, *(_item(one) for one in reversed(prompts))]

    def detail(self, item_id: str) -> Detail | None:
        """Give one prompt, or one answer that waits."""
        number = item_id.removeprefix(_SCRIPT)
        if not number.isdecimal():
            return None
        if number != item_id:
            found = next((one for one in self._account.scripts.list() if one.id == int(number)), None)
            return None if found is None else _waiting_detail(found)
        exchange = self._account.log.get(int(number))
        return None if exchange is None else _detail(exchange)


def _item(exchange: Exchange) -> Item:
    return Item(
        id=str(exchange.id),
        title=_line(exchange.prompt, _TITLE) or "No text",
        subtitle=_line(exchange.answered, _SUBTITLE) or exchange.finish or "No text",
        at=exchange.at,
        badge=_badge(exchange),
    )


def _badge(exchange: Exchange) -> Badge:
    if exchange.status >= 400:
        return Badge(f"{exchange.status}", "bad")
    return _FINISHES.get(exchange.finish, Badge(exchange.finish.capitalize().replace("_", " "), "bad"))


def _detail(exchange: Exchange) -> Detail:
    facts = [
        ("Prompt", exchange.prompt or "none"),
        ("Answer", exchange.answered or "none"),
        ("Ended by", exchange.finish or "nothing"),
        ("Model", exchange.model),
        ("Status", str(exchange.status)),
        *((f"{name} tokens", str(count)) for name, count in exchange.counts.items()),
    ]
    payload = {"request": exchange.body, "answer": exchange.answer}
    return Detail(_line(exchange.prompt, _HEADING) or "No text", facts, actions=_actions(), payload=payload)


def _actions() -> list[Action]:
    """Offer what the next call may get, whichever it is."""
    return [
        Action("Script the next answer", "scripts", tone="primary", ask="The next answer"),
        Action("Block the next answer", "scripts", {"marker": "safety"}),
        Action("Cut the next answer short", "scripts", {"marker": "max-tokens"}),
        Action("Fail the next call: busy", "scripts", {"marker": "503"}, "danger"),
        Action("Fail the next call: too many a minute", "scripts", {"marker": "429-minute"}, "danger"),
        Action("Fail the next call: too many a day", "scripts", {"marker": "429-day"}, "danger"),
    ]


def _waiting_item(waiting: Waiting) -> Item:
    return Item(
        id=f"{_SCRIPT}{waiting.id}",
        title=_line(_said(waiting), _TITLE),
        subtitle="Waits for the next call" + (f" with {waiting.script.match}" if waiting.script.match else ""),
        at=waiting.at,
        badge=Badge("Scripted", "info"),
    )


def _waiting_detail(waiting: Waiting) -> Detail:
    actions = [Action("Take it away", f"scripts/{waiting.id}/remove", tone="danger"), *_actions()]
    return Detail(
        _line(_said(waiting), _HEADING),
        [("Says", _said(waiting))],
        actions=actions,
        payload=waiting.script.model_dump(exclude_defaults=True),
    )


def _said(waiting: Waiting) -> str:
    script = waiting.script
    return script.text or script.marker or f"{script.status}, as written"


def _line(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"
