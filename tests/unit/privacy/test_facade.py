"""`ace.privacy` with services of nobody's: what a plugin does wrong stays its own matter."""

import re
from collections.abc import Callable
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from tests.speaker import Nowhere
from tests.unit.privacy.lina import SERVICES, settings

from ace_integrations import Ace, AsyncAce, ProviderError, RateLimitedError, UnavailableError
from ace_integrations.core import BlockingCall, Call, InOrder, Result
from ace_integrations.hooks import ours
from ace_integrations.privacy import (
    DataMap,
    Erased,
    ErasedOneByOne,
    Exported,
    Holding,
    Kept,
    NothingHeld,
    Outcome,
    OutOfReach,
    PartlyErasedError,
    Privacy,
    Removed,
    Services,
    Subject,
)
from ace_integrations.privacy.facade import AsyncPrivacy

DOCS = Path(__file__).parents[3] / "docs" / "providers"
LINA = Subject(user="user-9", emails=("lina@example.com",))
THING = Holding(kind="thing", what="a name", where="Things", how_long="for ever", found_by="the user id")
LAW = Holding(
    kind="bill", what="a name", where="Things", how_long="ten years", found_by="the user id", kept_because="tax law"
)
NOBODY = Services((), (), lambda _: None)


async def given(result: Any) -> Any:
    return await result if isawaitable(result) else result


class Things:
    """A data map whose calls do what a test says."""

    summary = "Things."
    holdings = (THING, LAW)

    def __init__(self, erase: Callable[[], Erased], export: Callable[[], Exported] = Exported) -> None:
        self._erase, self._export = erase, export

    def export(self, subject: Subject) -> Call[Exported]:
        del subject
        return BlockingCall(self._export)

    def erase(self, subject: Subject) -> Call[Erased]:
        del subject
        return BlockingCall(self._erase)


def failing(error: Exception) -> Things:
    def fail() -> Any:
        raise error

    return Things(fail, fail)


class Both:
    """One facade in both colours."""

    def __init__(self, maps: dict[str, DataMap | None]) -> None:
        services = Services(tuple(maps), tuple(maps), maps.__getitem__)
        self._blocking, self._awaited = Privacy(Nowhere(), services), AsyncPrivacy(Nowhere(), services)

    async def __call__(self, verb: str, *arguments: Any) -> Any:
        """Ask in both colours; the answers must be the same."""
        blocking = getattr(self._blocking, verb)(*arguments)
        assert await getattr(self._awaited, verb)(*arguments) == blocking
        return blocking


@pytest.mark.parametrize("error", [UnavailableError("down"), ValueError("lina@example.com"), ZeroDivisionError()])
async def test_whatever_a_data_map_raises_the_next_service_is_asked(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    ask = Both({"bad": failing(error), "good": Things(THING.removed)})
    report = await ask("erase", LINA)
    assert [(one.service, one.outcome, one.error) for one in report.services] == [
        ("bad", Outcome.FAILED, type(error).__name__),
        ("good", Outcome.DONE, ""),
    ]
    assert not report.is_complete
    exported = await ask("export", LINA)
    assert [(one.outcome, one.error) for one in exported.services] == [
        (Outcome.FAILED, type(error).__name__),
        (Outcome.NOTHING, ""),
    ]
    assert "lina@example.com" not in caplog.text


async def test_a_data_map_that_cannot_be_made_is_a_failure_of_its_own() -> None:
    ask = Both({"good": Things(Erased)})
    report = await ask("erase", LINA.model_copy(update={"ids": {"gone": ("1",)}}))
    assert {one.service: one.error for one in report.services} == {"good": "", "gone": "KeyError"}


async def test_a_plugin_without_a_data_map_is_named_and_not_taken_for_empty() -> None:
    ask = Both({"stranger": None})
    erased, exported = await ask("erase", LINA), await ask("export", LINA)
    assert (erased.services[0].outcome, exported.services[0].outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert (erased.is_complete, exported.is_complete) == (False, False)


async def test_what_the_service_asks_to_wait_is_told() -> None:
    ask = Both({"busy": failing(RateLimitedError("slowly", retry_after=30.0))})
    assert (await ask("erase_at", "busy", LINA)).retry_after == 30.0


async def test_an_empty_map_and_one_out_of_reach_say_so() -> None:
    ask = Both({"empty": NothingHeld("Nothing."), "far": OutOfReach("Far.", (LAW,))})
    report = await ask("erase", LINA)
    assert [one.outcome for one in report.services] == [Outcome.NOTHING, Outcome.KEPT]
    assert report.services[1].erased.kept == (Kept(kind="bill", because="tax law"),)
    assert (await ask("export", LINA)).records == ()
    assert report.is_complete


async def test_a_failure_in_the_middle_names_what_was_done_all_the_same() -> None:
    inner = ErasedOneByOne([failing(UnavailableError("down")).erase(LINA), Result(THING.removed())])
    calls = [Result(THING.removed(2)), inner, Result(LAW.kept(1)), failing(ValueError("no")).erase(LINA)]
    with pytest.raises(ValueError, match="no"):
        ErasedOneByOne(calls).run(Nowhere())
    for perform in (Privacy(Nowhere(), NOBODY).perform, AsyncPrivacy(Nowhere(), NOBODY).perform):
        with pytest.raises(PartlyErasedError, match="down") as caught:
            await given(perform(ErasedOneByOne(calls[:3])))
        assert caught.value.erased == Erased(
            removed=(Removed(kind="thing", count=3),), kept=(Kept(kind="bill", because="tax law", count=1),)
        )


def test_kinds_are_summed_and_an_unknown_number_stays_unknown() -> None:
    parts = [THING.removed(2), LAW.kept(1), THING.removed(), LAW.kept(), LAW.kept(3), LAW.missing(), LAW.missing()]
    assert Erased.joined(parts) == Erased(
        removed=(Removed(kind="thing", count=3),),
        kept=(Kept(kind="bill", because="tax law", count=None),),
        not_found=("bill",),
    )


def test_a_subject_that_is_joined_forgets_nothing() -> None:
    one = Subject(user="user-9", emails=("a@example.com",), ids={"stripe": ("pi_1", "pi_2")})
    other = Subject(user="user-9", emails=("b@example.com", "a@example.com"), ids={"stripe": ("pi_2", "pi_3"), "x": ()})
    assert one.joined(other) == Subject(
        user="user-9", emails=("a@example.com", "b@example.com"), ids={"stripe": ("pi_1", "pi_2", "pi_3"), "x": ()}
    )


def test_addresses_and_ids_are_in_no_repr() -> None:
    subject = Subject(user="user-9", emails=("lina@example.com",), ids={"stripe": ("pi_1",)})
    assert repr(subject) == "Subject(user='user-9')"


@pytest.mark.parametrize("name", sorted(ours().providers))
def test_every_provider_of_ours_says_what_it_holds_without_a_key(name: str) -> None:
    with Ace() as ace:
        held = ace.privacy.data_maps()[name]
    assert held.summary.endswith(".")
    words = [
        word for each in held.holdings for word in (each.kind, each.what, each.where, each.how_long, each.found_by)
    ]
    assert all(words)
    kinds = [each.kind for each in held.holdings]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("name", SERVICES)
def test_every_data_map_is_explained_on_its_services_page(name: str) -> None:
    found = re.search(r"Source: (\w+\.md) §(\d+)", ours().provider(name).load("privacy").__doc__)
    assert found is not None
    page = (DOCS / found.group(1)).read_text()
    assert f"\n## {found.group(2)}. Personal data\n" in page
    with Ace() as ace:
        holdings = ace.privacy.data_maps()[name].holdings
    section = page.partition(". Personal data\n")[2]
    assert [each.kind for each in holdings if each.kind not in section] == []


async def test_services_are_asked_in_the_order_of_the_settings_each_once(ace_sandbox: Any) -> None:
    async with AsyncAce(settings(ace_sandbox)) as ace:
        subject = Subject(user="user-9", ids={"stripe": (), "agora": ()})
        asked = ace.privacy.services(subject)
    assert asked == ("didit", "mailgun", "gemini", "jsearch", "pusher", "jitsi", "stripe", "paypal", "agora")


def test_describing_asks_nobody() -> None:
    """In order, and each map is looked up when its turn comes."""
    looked: list[str] = []

    def find(name: str) -> DataMap:
        looked.append(name)
        return NothingHeld("Nothing.")

    privacy = Privacy(Nowhere(), Services(("a", "b"), (), find))
    described = Privacy.erase.describe(privacy, LINA)
    assert looked == []
    privacy.perform(InOrder([described]))
    assert looked == ["a", "b"]


def test_an_error_of_a_service_keeps_its_class() -> None:
    cause = ProviderError("no", provider="things", code="busy")
    told = PartlyErasedError(Erased(), cause)
    assert (told.provider, told.code, str(told)) == ("things", "busy", "things: no (code busy)")
