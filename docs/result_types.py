"""A griffe extension: where a method is an operation, show the result that users get, not the `Call` it describes."""

import re
from typing import Any

import griffe

_CALL = re.compile(r"(?:\w+\.)*Call\[(.+)\]", re.DOTALL)


class ResultTypes(griffe.Extension):
    """Rewrites `-> Call[Session]` to `-> Session` under `@operation`."""

    def on_function(self, *, func: griffe.Function, **kwargs: Any) -> None:
        """Rewrite one function."""
        del kwargs
        if not any(str(decorator.value).rpartition(".")[2] == "operation" for decorator in func.decorators):
            return
        found = _CALL.fullmatch(str(func.returns))
        if found:
            func.returns = found.group(1)
