"""Zoom as a plugin; the entry point of the package."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List it."""
    yield Provider(
        name="zoom",
        capability="video",
        title="Zoom Video SDK",
        settings="ace_zoom.settings:ZoomSettings",
        build="ace_zoom.provider:ZoomProvider",
        service="ace_zoom.service:SERVICE",
        twin="ace_zoom.twin:ZoomTwin",
        cost="by the minute of each person; 10,000 a month free",
        links={"Documentation": "https://developers.zoom.us/docs/video-sdk/"},
    )
