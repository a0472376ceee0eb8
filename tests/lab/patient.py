"""The patient's computer: files laid over the real ones, a wall clock of its own, and the tool, unchanged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import certifi
import msgspec

from portalcheck.demo.certificates import Issued
from tests.lab import names
from tests.lab.pki import pem

NETNS = "patient"
REPOSITORY = Path(__file__).parents[2]
_OVERALL_S = 30.0
_STORE = "/etc/ssl/certs/ca-certificates.crt"

Settings = dict[str, Any]


def usual_settings() -> Settings:
    """The profile of the lab's portal, and neutral hosts of the lab's own."""
    return {
        "portal": "lab",
        "portals": {
            "lab": {
                "name": "Lab portal",
                "url": names.SIGN_IN,
                "official": [names.PORTAL],
                "identity": [names.IDENTITY],
            }
        },
        "network": {
            "canaries": [f"https://{host}/" for host in names.CANARIES],
            "captive": [f"http://{names.OPEN}/generate_204", f"http://{names.OPEN_4}/generate_204"],
            "resolvers": [names.NEUTRAL_DNS_4],
        },
    }


class Said(msgspec.Struct, frozen=True):
    """What one run of the tool left: its report (empty where there is none), exit code and duration."""

    report: dict[str, Any]
    code: int
    seconds: float
    stderr: str


_PAGE_MS = 8000


class Patient:
    """The computer's state: change the attributes, then `probe` or `check`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.settings = usual_settings()
        self.name_servers: list[str] = [names.OWN_DNS_4]
        self.resolv_options = ""
        self.name_sources = "files dns"
        self.hosts: list[str] = []
        self.environment: dict[str, str] = {}
        self.clock_s = 0
        self.arguments: list[str] = []
        self.wrapper: list[str] = []
        self.patience_s = _OVERALL_S
        self.proxy = ""
        self.system_roots: list[Issued] = []
        self.mozilla_roots: list[Issued] = []
        self.laid_over: dict[str, str] = {}
        """Folders of the world's, and what they stand in the place of on the patient's computer."""

    def trust(self, system: Issued, mozilla: Issued) -> None:
        """Set both stores to one root each."""
        self.system_roots, self.mozilla_roots = [system], [mozilla]

    def set_desktop_proxies(self, kind: int, keys: Mapping[str, str]) -> None:
        """Proxy settings that count for browsers, as KDE keeps them: 0 none, 1 by hand, 2 a PAC file, 3 to be found."""
        lines = "".join(f"{key.replace('_', ' ')}={value}\n" for key, value in keys.items())
        self.environment["XDG_CURRENT_DESKTOP"] = "KDE"
        place = self.home / ".config" / "kioslaverc"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"[Proxy Settings]\nProxyType={kind}\n{lines}", "utf-8")

    def check(self) -> Said:
        """Run `portalcheck` as the patient would, in a namespace without any way out."""
        self.write()
        return self.run()

    def run(self) -> Said:
        """As `check`, with the files as they are."""
        started = time.monotonic()
        done = self._inside(
            [
                *self.wrapper,
                *(*self._python(), "-X", "faulthandler", "-m", "portalcheck", "-f", "json", "--no-input"),
                *self.arguments,
            ]
        )
        seconds = time.monotonic() - started
        try:
            report = json.loads(done.stdout)
        except json.JSONDecodeError:
            report = {}
        return Said(report, done.returncode, round(seconds, 2), done.stderr[-2000:])

    def _python(self) -> Sequence[str]:
        return (sys.executable,)

    def seconds(self, command: Sequence[str]) -> float:
        """How long a command takes on the patient's computer. Raises RuntimeError where it fails."""
        self.write()
        started = time.perf_counter()
        done = self._inside(command)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{command}: exit {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        return seconds

    def loads_in_chromium(self) -> bool:
        """Whether Chromium comes to the sign-in page; whose certificate it is shown does not matter here."""
        self.write()
        try:
            done = self._inside(
                [
                    *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"),
                    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
                    *(
                        "--disable-sync",
                        "--ignore-certificate-errors",
                        f"--user-data-dir={self.folder}/chromium",
                    ),
                    *(f"--timeout={_PAGE_MS}", "--dump-dom", names.SIGN_IN),
                ]
            )
        except subprocess.TimeoutExpired:
            return False
        return "password" in done.stdout

    def probe(self) -> dict[str, Any]:
        """What standard programs and sockets see: nothing of the tool's is used."""
        self.write()
        script = REPOSITORY / "tests" / "lab" / "probe.py"
        done = self._inside([sys.executable, "-I", str(script), str(time.time()), self.proxy])
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def write(self) -> None:
        """Put the computer's files where they belong."""
        (self.home / ".config" / "portalcheck").mkdir(parents=True, exist_ok=True)
        (self.home / ".config" / "portalcheck" / "config.toml").write_text(toml(self.settings), "utf-8")
        servers = "".join(f"nameserver {address}\n" for address in self.name_servers)
        self._file("resolv.conf", f"{servers}{self.resolv_options}\n")
        self._file("hosts", "\n".join(["127.0.0.1 localhost", "::1 localhost", *self.hosts, ""]))
        self._file("nsswitch.conf", f"hosts: {self.name_sources}\n")
        self._file("system.pem", "".join(map(pem, self.system_roots)))
        self._file("mozilla.pem", "".join(map(pem, self.mozilla_roots)))

    def _file(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def _inside(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        laid_over = {
            "resolv.conf": "/etc/resolv.conf",
            "hosts": "/etc/hosts",
            "nsswitch.conf": "/etc/nsswitch.conf",
            "system.pem": _STORE,
            "mozilla.pem": certifi.where(),
            **self.laid_over,
        }
        mounts = "".join(
            f"mount --bind {self.folder / name} {os.path.realpath(place)} && "
            for name, place in laid_over.items()
        )
        # sysfs shows the interfaces of the namespace that it was mounted in.
        script = f'{mounts}{{ mount -t sysfs lab /sys || true; }} 2>/dev/null; exec "$@"'
        return subprocess.run(
            [
                "nsenter",
                f"--net=/run/netns/{NETNS}",
                "unshare",
                "--mount",
                "sh",
                "-c",
                script,
                "sh",
                *command,
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd=self.folder,
            env=self._environment(),
            timeout=self.patience_s,
        )

    def _environment(self) -> dict[str, str]:
        shifted = {
            "LD_PRELOAD": os.environ.get("LAB_CLOCK_LIBRARY", ""),
            "LAB_CLOCK_SHIFT": str(self.clock_s),
        }
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.environ.get("LAB_PYTHONPATH", ""),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(shifted if self.clock_s else {}),
            **self.environment,
        }


def toml(value: Settings, path: str = "") -> str:
    """Settings as TOML: tables of strings, numbers, lists and tables."""
    plain = [(key, one) for key, one in value.items() if not isinstance(one, dict)]
    tables = [(key, one) for key, one in value.items() if isinstance(one, dict)]
    head = f"[{path}]\n" if path else ""
    lines = "".join(f"{key} = {json.dumps(one)}\n" for key, one in plain)
    return head + lines + "".join(toml(one, f"{path}.{key}" if path else key) for key, one in tables)
