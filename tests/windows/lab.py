"""A row of the lab, with the patient's computer twice in the same world: as Linux, and as Windows in Wine.

`python -m tests.windows.lab FOLDER ROW`, in namespaces of its own, prints both runs after the fault as JSON; FOLDER is
the one that setup.sh made. What is written there meanwhile, by Wine too, is gone with the namespaces.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from tests.lab.patient import REPOSITORY, Patient, Said
from tests.lab.rows import ROWS
from tests.lab.spaces import library
from tests.lab.world import World, sh

_RELEASE = "11-25H2"
_DIED_AT_ITS_END = 139
"""Now and then Wine itself dies by SIGSEGV when its program has ended."""
_TRIES = 3
_OVERALL_S = 60.0
"""One run, start included, which takes two to three times as long as on Linux."""
_NOT_WINDOWS = ("PYTHONPATH", "XDG_CURRENT_DESKTOP")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy")
_SERVER = "/usr/lib/wine/wineserver64"
_HOSTS = "prefix/drive_c/windows/system32/drivers/etc/hosts"
_MOZILLA = "py/Lib/site-packages/certifi/cacert.pem"


class WindowsPatient(Patient):
    """The computer with Windows as well, whose registry and files say what Linux' say; `is_windows` is what is run.

    Names and the ROOT store need nothing more: in Wine they follow resolv.conf, hosts and the roots of Linux.
    """

    def __init__(self, windows: Path, folder: Path) -> None:
        super().__init__(folder)
        self.windows = windows
        self.patience_s = _OVERALL_S
        self.is_windows = False
        self.unicast_if = library(REPOSITORY / "tests/windows/src/unicast_if.c", folder)
        self.desktop: tuple[int, Mapping[str, str]] | None = None
        self.laid_over |= {
            "windows-hosts": str(windows / _HOSTS),
            "windows-mozilla.pem": str(windows / _MOZILLA),
        }

    def set_desktop_proxies(self, kind: int, keys: Mapping[str, str]) -> None:
        """As `Patient.set_desktop_proxies`."""
        super().set_desktop_proxies(kind, keys)
        self.desktop = kind, keys

    def write(self) -> None:
        """As `Patient.write`."""
        super().write()
        self._file("windows-hosts", "\r\n".join([*self.hosts, ""]))
        self._file("windows-mozilla.pem", (self.folder / "mozilla.pem").read_text("utf-8"))
        with (self.folder / "hosts").open("a", encoding="utf-8") as file:
            print("127.0.1.1", platform.node(), file=file)  # Wine asks for it as it starts

    def run(self) -> Said:
        """As `Patient.run`; once more where Wine died at its end."""
        if self.is_windows:
            self._become_windows()
        for _ in range(_TRIES):
            said = super().run()
            if said.code != _DIED_AT_ITS_END:
                break
        return said

    def _become_windows(self) -> None:
        """Lay a drive and a registry of this world's own over those that setup.sh made, and fill them."""
        upper, work = Path("/run/windows/upper"), Path("/run/windows/work")
        for place in (upper, work):
            place.mkdir(parents=True)
        layers = f"lowerdir={self.windows},upperdir={upper},workdir={work}"
        sh(f"mount -t overlay overlay -o {layers} {self.windows}")
        # Where Wine's servers are found: none from outside, which would open sockets there.
        servers = Path(f"/tmp/.wine-{os.getuid()}")
        servers.mkdir(mode=0o700, exist_ok=True)
        sh(f"mount -t tmpfs -o mode=700 lab {servers}")
        data = self.windows / "prefix/drive_c/users/root/AppData"
        (data / "Local").mkdir(parents=True, exist_ok=True)
        (data / "Roaming").mkdir(exist_ok=True)
        (data / "Local/portalcheck").symlink_to(self.home / ".config/portalcheck")
        if (self.home / ".mozilla").exists():
            (data / "Roaming/Mozilla").symlink_to(self.home / ".mozilla")
        # It opens the sockets of all programs, and is kept, as a Wine that ends with each costs half a second.
        self._succeeds("sh", "-c", f"WINEPREFIX={self.windows}/prefix {_SERVER} -p >/dev/null 2>&1")
        script = str(REPOSITORY / "tests/windows/as_windows.py").replace("/", "\\")
        browser = ["--firefox"] if (self.home / ".mozilla").exists() else []
        told = (*self._connections(), *self._proxies(), *browser)
        self._succeeds(*self._python(), "-I", f"Z:{script}", _RELEASE, *told)

    def _succeeds(self, *command: str) -> str:
        done = self._inside(command)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
        return done.stdout

    def _connections(self) -> list[str]:
        links = json.loads(self._succeeds("ip", "-j", "link"))
        tunnels = [link["ifname"] for link in links if link["ifname"] not in ("lo", "eth0")]
        return [f"--dns={','.join(self.name_servers)}", *(f"--tunnel={name}" for name in tunnels)]

    def _proxies(self) -> list[str]:
        """The desktop's; without one, the environment's, as they count for browsers then."""
        if self.desktop is None:
            server = self.environment.get("https_proxy", "")
            names = self.environment.get("no_proxy", "").split(",")
            bypass = ";".join(f"*{name}" if name.startswith(".") else name for name in names)
            return [f"--proxy={server.partition('://')[2]}", f"--bypass={bypass}"]
        kind, keys = self.desktop
        server = keys.get("httpsProxy", "").partition("://")[2].replace(" ", ":")
        by_kind: tuple[list[str], ...] = (
            [],
            [f"--proxy={server}"],
            [f"--pac={keys.get('Proxy_Config_Script')}"],
            ["--detect"],
        )
        return by_kind[kind]

    def _python(self) -> Sequence[str]:
        return (str(self.windows / "winpython"),) if self.is_windows else super()._python()

    def _environment(self) -> dict[str, str]:
        found = super()._environment()
        if self.is_windows:
            found["LD_PRELOAD"] = f"{found.get('LD_PRELOAD', '')} {self.unicast_if}".strip()
        gone = (*_NOT_WINDOWS, *(_PROXIES if self.desktop is None else ())) if self.is_windows else ()
        return {name: value for name, value in found.items() if name not in gone}


def play(windows: Path, row_id: str) -> dict[str, object]:
    """The world after the row's fault, as the tool sees it on Linux and on Windows."""
    row = ROWS[row_id]
    world = World(partial(WindowsPatient, windows)).start()
    patient = world.patient
    assert isinstance(patient, WindowsPatient)
    found: dict[str, object] = {}
    try:
        for step in (*row.setting, *row.fault):
            step(world)
        for system in ("linux", "windows"):
            patient.is_windows = system == "windows"
            world.settle()
            found[system] = msgspec.to_builtins(world.run())
        return {"closed": world.is_closed, **found}
    finally:
        world.close()


if __name__ == "__main__":
    json.dump(play(Path(sys.argv[1]), sys.argv[2]), sys.stdout)
    sys.stdout.flush()
    # Servers' threads are left behind on purpose; the namespaces go with the process.
    os._exit(0)
