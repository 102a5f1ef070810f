"""Price lists: the providers' own, and a file of the platform's in their place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.operations import WALKS
from tests.unit.usage.meters import PRICES

from ace_integrations import ConfigurationError, Settings
from ace_integrations.ace import Ace
from ace_integrations.hooks import plugins
from ace_integrations.usage import Scenario
from ace_integrations.usage.prices import corrected


def write(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_ones_own_comes_before_the_list_and_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    path = write(tmp_path, '[post]\nas_of = 2026-01-01\n[post.letter]\neach = "0.02"\n')
    found = corrected(PRICES, path)["post"]
    assert (found.as_of, found.source) == (date(2026, 1, 1), "ACE_PRICES")
    assert found.cost({"letter": 150}) == Decimal("1.00")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[post", "cannot be read"),
        ("[nobody]\nas_of = 2026-01-01\n", "nobody"),
        ("[post]\nas_of = 5\n", "as_of must be a date"),
        ('[post]\nas_of = 2026-01-01\n[post.parcel]\neach = "1"\n', "bills letter"),
        ('[post]\nas_of = 2026-01-01\n[post.letter]\neach = "cheap"\n', "post.letter"),
        ("[post]\nas_of = 2026-01-01\nletter = 3\n", "post.letter"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as refused:
        corrected(PRICES, write(tmp_path, text))
    assert "ACE_PRICES" in str(refused.value)


def test_a_missing_file_is_a_configuration_error_that_check_lists_with_the_rest(tmp_path: Path) -> None:
    ace = Ace(Settings(prices=str(tmp_path / "none.toml")))
    with pytest.raises(ConfigurationError) as refused:
        ace.check()
    assert len([problem for problem in refused.value.problems if "ACE_PRICES" in problem]) == 1
    assert any("STRIPE_SECRET" in problem for problem in refused.value.problems)


@pytest.mark.parametrize("name", [one.name for one in plugins().providers.values() if one.prices])
def test_every_price_list_counts_operations_that_exist_in_units_that_it_prices(name: str) -> None:
    provider = plugins().provider(name)
    listed = provider.load("prices")
    page = Path(__file__).parents[3] / "docs" / "providers" / listed.source.partition(" ")[0]
    assert f"## {listed.source.partition('§')[2]}." in page.read_text("utf-8")
    assert set(listed.bills.values()) <= set(listed.prices)

    assert {(name, operation) for operation in listed.bills} <= {(walk.provider, walk.name) for walk in WALKS}
    items = listed.assume(Scenario(users=1000, courses=100, classes=50))
    assert items
    assert all(item.unit in listed.prices and item.because and item.units > 0 for item in items)
