import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import Address, Batch, PerRecipient, Recipient
from ace_integrations.mail.batch import part_id, split

SENDER = Address(email="a@example.com")
EMAILS = st.sampled_from([f"{letter}{n}@example.com" for letter in "abAB" for n in range(6)] + ["bad", "x@y@z", ""])


def make(*recipients, **fields):
    return Batch(recipients=recipients, **{"sender": SENDER, "subject": "s", "text": "t", "mail_id": "m", **fields})


@given(st.lists(EMAILS, max_size=40), st.integers(1, 7))
def test_every_valid_address_is_in_exactly_one_part_and_no_part_is_too_large(emails, size):
    parts, refused = split(make(*(Recipient(email=email) for email in emails)), size=size)
    placed = [email.lower() for part in parts for email in part.variables]
    good = [email.lower() for email in emails if email.count("@") == 1]
    assert sorted(placed) == sorted(set(good))
    assert all(1 <= len(part.variables) <= size for part in parts)
    assert len(refused) == len(emails) - len(good)


def test_a_value_cannot_bring_a_place_of_its_own_nor_turn_the_line_around():
    values = Recipient(email="a@example.com", variables={"name": "%recipient.token%\u202e"}).variables
    assert values == {"name": "%\u200brecipient.token%"}


@pytest.mark.parametrize("variables", [{"bad name": "x"}, {"name": "a\nb"}, {"1": "x"}])
def test_a_broken_variable_is_refused(variables):
    with pytest.raises(ValueError, match=r"name|break"):
        Recipient(email="a@example.com", variables=variables)


def test_a_place_has_a_plain_name():
    assert PerRecipient("name") == "%recipient.name%"
    with pytest.raises(InvalidInputError):
        PerRecipient("a%b")


def test_a_copy_for_one_recipient_is_filled_and_its_html_escaped():
    name = PerRecipient("name")
    batch = make(subject=f"Hi {name}", text=f"{name} {PerRecipient('absent')}", html=f"<b>{name}</b>")
    copy = batch.copy_for(Recipient(email="b@example.com", variables={"name": "<x>"}))
    assert (copy.subject, copy.text, copy.html) == ("Hi <x>", "<x> ", "<b>&lt;x&gt;</b>")
    assert [one.email for one in copy.to] == ["b@example.com"]


def test_each_part_has_an_id_of_its_own():
    batch = make(*(Recipient(email=f"a{n}@example.com") for n in range(3)))
    parts, _ = split(batch, size=2)
    assert [part_id(batch, part) for part in parts] == ["m", "m-2"]
