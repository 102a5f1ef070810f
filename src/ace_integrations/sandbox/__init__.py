"""A local server that imitates the services: states, hosted pages, signed webhooks, faults on demand, one clock.

Needs the extra `sandbox`.
"""

from ace_integrations.sandbox.server import RunningSandbox, join_or_start, start

__all__ = ["RunningSandbox", "join_or_start", "start"]
