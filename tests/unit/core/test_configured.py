"""A call that needs a setting of its account."""

from ace_integrations.core import Configured, HttpCall, Result, raw_reply


class _Account:
    settings = "the settings"


class _Connection:
    account = _Account()


class _Sender:
    def __init__(self):
        self.asked = []

    def connection(self, provider):
        self.asked.append(provider)
        return _Connection()


def test_it_is_described_with_the_settings_of_the_account_that_it_is_sent_with():
    sender = _Sender()
    call = Configured(lambda settings: Result(settings)).labelled("things", "get_thing")
    assert (call.run(sender), sender.asked) == ("the settings", ["things"])


async def test_awaited_it_is_the_same():
    assert (
        await Configured(lambda settings: Result(settings)).labelled("things", "get").arun(_Sender()) == "the settings"
    )


def test_the_described_call_carries_the_operations_name():
    described = HttpCall("GET", "/things", raw_reply)
    call = Configured(lambda settings: described).labelled("things", "list_things")
    call._call(_Connection())
    assert (described.provider, described.operation) == ("things", "list_things")


def test_combinators_work_on_it():
    call = Configured(lambda settings: Result(settings)).map(len).labelled("things", "get")
    assert call.run(_Sender()) == len("the settings")
