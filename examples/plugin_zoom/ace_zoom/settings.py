"""Environment names of Zoom's Video SDK."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from ace_integrations.settings import ProviderSettings, Secret

SDK_VERSION = "2.4.5"


class ZoomSettings(ProviderSettings):
    """Keys of a Video SDK account.

    Attributes:
        sdk_key: says whose sessions they are; in every token.
        sdk_secret: signs the tokens of people.
        api_key: says who asks the API.
        api_secret: signs those questions.
        room_key: makes rooms that nobody can guess, of 16 characters or more; the secret of the tokens when not set.
    """

    provider: ClassVar[str] = "zoom"
    required: ClassVar[tuple[str, ...]] = ("sdk_key", "sdk_secret")
    sandbox_values: ClassVar[Mapping[str, Any]] = {
        "sdk_key": "sandbox-sdk-key",
        "sdk_secret": SecretStr("sandbox-secret-of-tokens-0123456789"),
        "api_key": "sandbox-api-key",
        "api_secret": SecretStr("sandbox-secret-of-questions-0123456789"),
    }

    sdk_key: str | None = Field(default=None, validation_alias="ZOOM_VIDEO_SDK_KEY")
    sdk_secret: Secret | None = Field(default=None, validation_alias="ZOOM_VIDEO_SDK_SECRET")
    api_key: str | None = Field(default=None, validation_alias="ZOOM_VIDEO_API_KEY")
    api_secret: Secret | None = Field(default=None, validation_alias="ZOOM_VIDEO_API_SECRET")
    room_key: Secret | None = Field(default=None, validation_alias="ZOOM_ROOM_KEY")

    @property
    def script_url(self) -> str:
        """What a page loads."""
        if self.base_url is not None:
            return f"{self.base_url}/zoom-video.js"
        return f"https://source.zoom.us/videosdk/zoom-video-{SDK_VERSION}.min.js"
