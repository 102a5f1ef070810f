"""Runs `ace` in processes forked from one that has imported everything: each is fresh, and starts at once.

Reads a line of JSON for each command: arguments, folder, environment, file of its input, files of its two outputs.
Answers with its exit code.
"""

import json
import os
import sys
from typing import Any, NoReturn

from ace_integrations.cli import app as _app
from ace_integrations.cli import main
from ace_integrations.hooks import plugins


def run(arguments: list[str], folder: str, environment: dict[str, str], files: list[str]) -> NoReturn:
    code: Any = 1
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number, (file, how) in enumerate(zip(files, flags, strict=True)):
            os.dup2(os.open(file, how), number)
        sys.argv = ["ace", *arguments]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    for provider in plugins().providers.values():
        provider.load("commands")
    assert _app
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(*json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
