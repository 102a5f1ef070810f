"""What an answer is by the reason of its end: whole and streamed, in both colours."""

import pytest
from tests.unit.gemini.conftest import said

from ace_integrations.ai import (
    BrokenStreamError,
    ContentBlockedError,
    EmptyAnswerError,
    QuotaExceededError,
    ToolCallError,
    TruncatedError,
)
from ace_integrations.errors import (
    ConnectionFailedError,
    DeadlineExceededError,
    PermissionDeniedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.gemini import BlockReason, FinishReason

ENDS = {
    **dict.fromkeys(
        (
            "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "ESCALATION", "MODEL_ARMOR", "LANGUAGE", "RECITATION",
            "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE", "IMAGE_RECITATION",
        ),
        ContentBlockedError,
    ),
    **dict.fromkeys(
        (
            "MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "TOO_MANY_TOOL_CALLS",
            "MISSING_THOUGHT_SIGNATURE",
        ),
        ToolCallError,
    ),
    **dict.fromkeys(("OTHER", "MALFORMED_RESPONSE", "FINISH_REASON_UNSPECIFIED", "FUTURE_REASON"), UnavailableError),
    "MAX_TOKENS": TruncatedError,
    "CONTINUATION": TruncatedError,
    "PUP_LIMITED_DISABLED": PermissionDeniedError,
    "STOP": EmptyAnswerError,
}  # fmt: skip
ASKED_TWICE = {"RECITATION", "OTHER", "MALFORMED_RESPONSE", "FINISH_REASON_UNSPECIFIED", "FUTURE_REASON", "STOP"}


def test_every_reason_that_is_known_has_an_outcome():
    assert set(ENDS) == {*FinishReason, "FUTURE_REASON"}


@pytest.mark.parametrize("reason", ENDS)
async def test_an_answer_without_text_is_the_error_of_its_reason(asker, twin, reason):
    sent = 2 if reason in ASKED_TWICE else 1
    for _ in range(sent):
        twin.script({"candidates": [{"finishReason": reason}]})
    with pytest.raises(ENDS[reason]) as caught:
        await asker.generate("Hello")
    assert type(caught.value) is ENDS[reason]
    assert (caught.value.code, caught.value.provider, len(twin.requests)) == (reason, "gemini", sent)


@pytest.mark.parametrize("reason", ENDS)
async def test_a_stream_without_text_is_the_same_error_and_never_sent_twice(asker, twin, reason):
    twin.script(chunks=[{"candidates": [{"finishReason": reason}]}])
    with pytest.raises(ENDS[reason]) as caught:
        await asker.stream("Hello")
    assert type(caught.value) is ENDS[reason]
    assert (caught.value.code, len(twin.requests)) == (reason, 1)


@pytest.mark.parametrize("reason", [*BlockReason, "FUTURE_REASON"])
@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_blocked_question_names_the_reason_and_what_was_found(asker, twin, reason, way):
    harm = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH"}
    low = {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "NEGLIGIBLE"}
    body = {"promptFeedback": {"blockReason": reason, "safetyRatings": [harm, low]}}
    twin.script(**({"body": body} if way == "generate" else {"chunks": [body]}))
    with pytest.raises(ContentBlockedError, match="question") as caught:
        await getattr(asker, way)("Hello")
    assert (caught.value.reason, caught.value.categories) == (reason, ("HARM_CATEGORY_HARASSMENT",))


@pytest.mark.parametrize("candidates", [None, [], [{}], [{"content": {"role": "model"}}], [{"content": {"parts": []}}]])
async def test_an_answer_that_does_not_say_why_it_ends_is_asked_for_once_more(asker, twin, candidates):
    twin.script({} if candidates is None else {"candidates": candidates})
    answer = await asker.generate("Hello")
    assert answer.retried
    assert answer.text


MARKED = {
    "block-prompt": (ContentBlockedError, 1),
    "safety": (ContentBlockedError, 1),
    "recitation": (ContentBlockedError, 2),
    "other": (UnavailableError, 2),
    "max-tokens": (TruncatedError, 1),
    "thinking-trap": (TruncatedError, 1),
    "empty": (EmptyAnswerError, 2),
    "unknown-enum": (UnavailableError, 2),
    "429-day": (QuotaExceededError, 1),
    "429-bare": (QuotaExceededError, 1),
    "credit": (QuotaExceededError, 1),
    "500": (UnavailableError, 1),
    "503": (UnavailableError, 2),
    "504": (DeadlineExceededError, 1),
    "cut": (ConnectionFailedError, 1),
    "stream-error": (UnavailableError, 2),
}
MARKED_STREAMS = {
    **MARKED,
    **{name: (MARKED[name][0], 1) for name in ("recitation", "other", "empty", "unknown-enum", "stream-error")},
}


@pytest.mark.parametrize("marker", MARKED)
async def test_each_marker_of_the_twin_is_its_error(asker, twin, marker):
    kind, sent = MARKED[marker]
    with pytest.raises(kind) as caught:
        await asker.generate(f"Hello [[sbx:{marker}]]")
    assert type(caught.value) is kind
    assert len(twin.requests) == sent


@pytest.mark.parametrize("marker", MARKED_STREAMS)
async def test_each_marker_of_the_twin_is_its_error_in_a_stream(asker, twin, marker):
    kind, sent = MARKED_STREAMS[marker]
    with pytest.raises(kind) as caught:
        await asker.stream(f"Hello [[sbx:{marker}]]")
    assert type(caught.value) is kind
    assert len(twin.requests) == sent


@pytest.mark.parametrize("marker", ["429-minute", "503x1"])
@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_what_passes_is_waited_for_once(asker, twin, marker, way):
    await getattr(asker, way)(f"Hello [[sbx:{marker}]]")
    assert len(twin.requests) == 2


async def test_what_was_said_before_a_cut_is_told_and_is_no_answer(asker):
    with pytest.raises(TruncatedError) as caught:
        await asker.generate("Hello [[sbx:max-tokens]]")
    assert caught.value.partial
    assert caught.value.partial not in str(caught.value)


async def test_a_model_that_only_thought_says_so(asker):
    with pytest.raises(TruncatedError, match="still thought") as caught:
        await asker.generate("Hello [[sbx:thinking-trap]]")
    assert caught.value.partial == ""


async def test_a_stream_ends_with_the_whole_answer(asker):
    *parts, last = await asker.stream("Hello")
    assert len(parts) > 1
    assert all(part.text and part.answer is None for part in parts)
    assert (last.text, last.answer.text) == ("", "".join(part.text for part in parts))
    assert last.answer.text == (await asker.generate("Hello")).text
    assert last.answer.usage == (await asker.generate("Hello")).usage


async def test_a_stream_that_ends_before_the_model_did_is_broken(asker, twin):
    chunk = said("Learn ")
    del chunk["candidates"][0]["finishReason"]
    twin.script(chunks=[chunk])
    heard = []
    with pytest.raises(BrokenStreamError):
        await asker.stream("Hello", heard)
    assert [part.text for part in heard] == ["Learn "]


@pytest.mark.parametrize(
    "chunk", ['data: {"candidates": [\r\n\r\n', "data: [1]\r\n\r\n", 'data: {"candidates": 3}\r\n\r\n']
)
async def test_a_part_that_cannot_be_read_ends_a_stream(asker, twin, chunk):
    twin.script(chunks=[said("Learn "), chunk])
    with pytest.raises(UnexpectedReplyError):
        await asker.stream("Hello")


async def test_thoughts_are_no_part_of_an_answer(asker, twin):
    body = said("Learn ", "SQL.")
    body["candidates"][0]["content"]["parts"].insert(0, {"text": "Hm", "thought": True})
    twin.script(body)
    assert (await asker.generate("Hello")).text == "Learn SQL."


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_call_that_nobody_asked_for_is_an_error(asker, twin, way):
    body = said()
    body["candidates"][0]["content"]["parts"] = [{"functionCall": {"name": "search", "args": {"city": "Cairo"}}}]
    twin.script(**({"body": body} if way == "generate" else {"chunks": [body]}))
    with pytest.raises(ToolCallError):
        await getattr(asker, way)("Hello")


async def test_a_word_in_lower_case_is_the_same_word(asker, twin):
    twin.script(said("Hello", finish="stop"))
    assert (await asker.generate("Hello")).provider_finish == "STOP"


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_what_a_blocked_or_cut_answer_used_is_in_the_books(asker, way):
    for marker in ("safety", "max-tokens"):
        with pytest.raises((ContentBlockedError, TruncatedError)):
            await getattr(asker, way)(f"Hello [[sbx:{marker}]]")
    units = {row.unit: row.units for row in asker.ace.usage.rows()}
    assert set(units) == {"gemini-3.5-flash-lite input", "gemini-3.5-flash-lite output"}
    assert all(units.values())


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_an_answer_that_broke_off_counts_as_the_most_that_it_may_have_used(asker, twin, way):
    twin.script(said("x"), cut_after=0) if way == "generate" else twin.script(chunks=[said("x")], cut_after=0)
    with pytest.raises(ConnectionFailedError):
        await getattr(asker, way)("Hello")
    units = {row.unit: row.units for row in asker.ace.usage.rows()}
    assert units["gemini-3.5-flash-lite output"] == 2048
