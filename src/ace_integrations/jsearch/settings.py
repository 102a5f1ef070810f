"""JSearch's environment names."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasChoices, Field, SecretStr, StringConstraints

from ace_integrations.settings import ProviderSettings, Secret

SANDBOX_KEY = "sandbox-pro"

RAPIDAPI = "https://jsearch.p.rapidapi.com"
DIRECT = "https://api.openwebninja.com/jsearch"

Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$", strip_whitespace=True, to_lower=True)]


class JSearchSettings(ProviderSettings):
    """The key and what is searched for when a caller says nothing; names as in jsearch.md §2.

    Attributes:
        api_key: of RapidAPI, or of the vendor's own host (begins with `ak_`).
        channel: which of the two hosts; auto goes by the key.
        base_url: another address than the channel's own.
        default_search: what is searched for when nobody says.
        default_location: where, when nobody says; empty is the whole country.
        default_country: ISO 3166-1 alpha-2; the service itself takes `us`.
        language: ISO 639-1 of the postings' texts; None leaves the country's own.
        monthly_budget: credits of the plan; a page of results costs one. None counts without a limit.
        timeout_s: seconds for a whole call: the service takes 5 to 20 s.
    """

    provider: ClassVar[str] = "jsearch"
    required: ClassVar[tuple[str, ...]] = ("api_key",)
    sandbox_values: ClassVar[Mapping[str, Any]] = {"api_key": SecretStr(SANDBOX_KEY), "channel": "rapidapi"}

    api_key: Secret | None = Field(default=None, validation_alias=AliasChoices("JSEARCH_API_KEY", "RAPIDAPI_KEY"))
    channel: Literal["auto", "rapidapi", "openwebninja"] = Field(default="auto", validation_alias="JSEARCH_PROVIDER")
    base_url: str | None = Field(default=None, validation_alias="JSEARCH_BASE_URL", exclude=True)
    default_search: str = Field(default="developer", validation_alias="JSEARCH_DEFAULT_SEARCH")
    default_location: str = Field(default="", validation_alias="JSEARCH_DEFAULT_LOCATION")
    default_country: Country = Field(default="eg", validation_alias="JSEARCH_DEFAULT_COUNTRY")
    language: str | None = Field(default=None, pattern="^[a-z]{2}$", validation_alias="JSEARCH_LANGUAGE")
    monthly_budget: Annotated[int, Field(ge=0)] | None = Field(default=None, validation_alias="JSEARCH_MONTHLY_BUDGET")
    timeout_s: Annotated[float, Field(gt=0, le=120)] = Field(default=30.0, validation_alias="JSEARCH_TIMEOUT")

    def problems(self) -> list[str]:
        """Say what contradicts itself."""
        found = super().problems()
        if self.channel == "rapidapi" and self.base_url is None and self._is_vendors:
            # Sent there it would only be said to be not subscribed.
            found.append("JSEARCH_API_KEY is of the vendor's own host, and JSEARCH_PROVIDER is rapidapi")
        return found

    @property
    def most_units(self) -> int | None:
        """The credits that may be used in a month."""
        return self.monthly_budget

    @property
    def is_direct(self) -> bool:
        """Whether calls go to the vendor's own host."""
        if self.channel != "auto":
            return self.channel == "openwebninja"
        return self._is_vendors

    @property
    def _is_vendors(self) -> bool:
        return self.api_key is not None and self.api_key.get_secret_value().startswith("ak_")
