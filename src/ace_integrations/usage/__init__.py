"""What is sent to which service for whom, what that may cost, and what stops it."""

from typing import TYPE_CHECKING

from ace_integrations.core.telemetry import acting_for
from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.usage.allowance import Allowance, Allowances
    from ace_integrations.usage.budget import Budget, Crossing
    from ace_integrations.usage.meter import Usage, UsageRow, grouped
    from ace_integrations.usage.outlook import Forecast, forecast
    from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

__all__ = [
    "Allowance",
    "Allowances",
    "Assumption",
    "Budget",
    "Crossing",
    "Forecast",
    "Price",
    "PriceList",
    "Scenario",
    "Usage",
    "UsageRow",
    "acting_for",
    "forecast",
    "grouped",
]

_MODULES = {
    "allowance": ("Allowance", "Allowances"),
    "budget": ("Budget", "Crossing"),
    "outlook": ("Forecast", "forecast"),
    "meter": ("Usage", "UsageRow", "grouped"),
    "prices": ("Assumption", "Price", "PriceList", "Scenario"),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
