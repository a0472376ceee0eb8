"""One world: the patient's network namespace, and this one, which is everything else. There is no way out.

Made by the process that `inside` is, in fresh namespaces of its own: whatever it does ends with it.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import msgspec

from portalcheck.demo import web
from portalcheck.demo.certificates import Issued, server_context
from tests.lab import names
from tests.lab.patient import NETNS, Patient
from tests.lab.pki import Authorities
from tests.lab.servers import Application, DnsServer, Log, Servers, Site
from tests.lab.soft_link import Direction

_QUIET_S, _SETTLING_S = 1.0, 20.0
Step = Callable[["World"], object]
"""Something that is done to a world: an oddity or a fault."""


def sh(command: str, *, check: bool = True) -> str:
    """Run one shell command; its output. Raises CalledProcessError where it fails and must not."""
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=20)
    if check and done.returncode:
        raise RuntimeError(f"{command!r}: {done.stderr.strip()}")
    return done.stdout


def wait(ready: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait until something is so. Raises TimeoutError where it does not come to be."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


class World:
    """The world of one row. Its parts are plain attributes, and a step changes them."""

    def __init__(self, patient: Callable[[Path], Patient] = Patient) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portalcheck-lab-"))
        self.log = Log()
        self.pki = Authorities()
        self.zone = dict(names.ZONE)
        self.system_dns = DnsServer("own-dns", self.zone, self.log)
        self.neutral_dns = DnsServer("neutral-dns", self.zone, self.log)
        self.servers = Servers(self.log)
        self.patient = patient(self.folder)
        self.apps: dict[str, Application] = {}
        self.daemons: list[subprocess.Popen[bytes]] = []
        self.links: list[Direction] = []
        self.at_run: list[Callable[[], object]] = []

    # ---- making it

    def start(self) -> Self:
        """Namespaces, addresses, servers and the patient's files."""
        self._link()
        self._sites()
        self.servers.start()
        for address in (names.OWN_DNS_4, names.OWN_DNS_6):
            self.servers.dns(address, self.system_dns)
        for address in (names.NEUTRAL_DNS_4, names.NEUTRAL_DNS_6):
            self.servers.dns(address, self.neutral_dns)
        self.patient.trust(self.pki.root, self.pki.root)
        return self

    def close(self) -> None:
        """End what was started; the namespaces end with the process."""
        self.servers.stopping.set()
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()
        sh(f"rm -rf {self.folder}", check=False)

    def settle(self) -> None:
        """Wait until nothing is on its way over a software link: what a probe left must not be in a run's way."""
        end = time.monotonic() + _SETTLING_S
        while time.monotonic() < end and any(way.idle_s < _QUIET_S for way in self.links):
            time.sleep(_QUIET_S / 10)

    def _link(self) -> None:
        own = "\n".join(
            f"address add {a}/{128 if ':' in a else 32} dev lo {'nodad' if ':' in a else ''}"
            for a in names.OF_THE_WORLD
        )
        sh(
            f"""
            ip link set lo up
            ip netns add {NETNS}
            ip link add w0 type veth peer name eth0 netns {NETNS}
            ip -batch - <<'END'\n{own}
address add {names.GATE_4}/28 dev w0
address add {names.GATE_6}/64 dev w0 nodad
link set w0 up
END
            ip -n {NETNS} -batch - <<'END'
link set lo up
address add {names.PATIENT_4}/28 dev eth0
address add {names.PATIENT_6}/64 dev eth0 nodad
link set eth0 up
route add default via {names.GATE_4}
route add default via {names.GATE_6}
END
            """
        )
        wait(lambda: "UP" in sh(f"ip -n {NETNS} -br link show eth0"))

    def _sites(self) -> None:
        self.apps = {names.PORTAL: redirect(names.LOGIN), names.IDENTITY: sign_in}
        portal = Site(self.contexts(names.PORTAL, names.IDENTITY), self._by_host)
        canaries = Site(self.contexts(*names.CANARIES), lambda asked: web.page("Nothing to see here"))
        for address, role in names.ROLES.items():
            if role == "portal" and address != names.OLD_4:
                self.servers.sites[address] = portal
                self.servers.plain[address] = lambda asked: web.redirect(
                    f"https://{asked.host}{asked.target}"
                )
            elif role == "canary":
                self.servers.sites[address] = canaries
                self.servers.plain[address] = lambda asked: web.redirect(
                    f"https://{asked.host}{asked.target}"
                )
            elif role == "open":
                self.servers.plain[address] = lambda asked: web.Page(status=204)
        issuer = self.pki.intermediate.der
        self.servers.plain[names.AIA_4] = lambda asked: web.Page(body=issuer, kind="application/pkix-cert")

    def _by_host(self, asked: web.Asked) -> web.Page:
        return self.apps.get(asked.host.rstrip("."), not_found)(asked)

    def contexts(self, *hosts: str, **leaf: Any) -> dict[str, Any]:
        """TLS contexts by name; `leaf` goes to the authority."""
        return {host: server_context(self.pki.leaf(host, **leaf)) for host in hosts}

    @property
    def portal(self) -> Site:
        """The site of the portal and its identity host, on every address of theirs."""
        return self.servers.sites[names.PORTAL_4]

    @property
    def canaries(self) -> Site:
        """The neutral hosts."""
        return self.servers.sites[names.CANARY_4[0]]

    def show(self, host: str, issued: Issued) -> None:
        """Give one of the portal's hosts another certificate."""
        self.portal.contexts[host] = server_context(issued)
        if host == names.PORTAL:
            self.portal.otherwise = self.portal.contexts[host]

    # ---- what faults are made of

    def nft(self, rules: str, *, patient: bool = False) -> None:
        """Add nftables rules to table `inet lab`, which has the chains `incoming` and `outgoing`."""
        where = f"ip netns exec {NETNS}" if patient else ""
        chains = "".join(
            f"add chain inet lab {name} {{ type filter hook {hook} priority {priority}; }}\n"
            for name, hook, priority in (("incoming", "prerouting", -300), ("outgoing", "output", 0))
        )
        rows = "".join(f"add rule inet lab {rule.strip()}\n" for rule in rules.strip().splitlines())
        sh(f"{where} nft -f - <<'END'\nadd table inet lab\n{chains}{rows}END")

    def shell(self, command: str) -> str:
        """Run a command in the world."""
        return sh(command)

    def patient_ip(self, *commands: str) -> None:
        """Run ip(8) commands in the patient's namespace."""
        for command in commands:
            sh(f"ip -n {NETNS} {command}")

    def names_for_daemons(self) -> None:
        """Let programs of the world resolve its names: by a hosts file over this mount namespace's own."""
        rows = [f"{one} {name}" for name, found in self.zone.items() for one in found]
        (self.folder / "world-hosts").write_text("\n".join([*rows, ""]), "utf-8")
        (self.folder / "world-resolv").write_text(f"nameserver {names.NEUTRAL_DNS_4}\n", "utf-8")
        sh(f"mount --bind {self.folder}/world-hosts $(realpath /etc/hosts)")
        sh(f"mount --bind {self.folder}/world-resolv $(realpath /etc/resolv.conf)")

    def daemon(self, *command: str, patient: bool = False, ready: Callable[[], bool] | None = None) -> None:
        """Start a program of the distribution and wait until it is ready."""
        argv = [*(["ip", "netns", "exec", NETNS] if patient else []), *command]
        with (self.folder / f"{Path(command[0]).name}.log").open("ab") as output:
            self.daemons.append(subprocess.Popen(argv, stdout=output, stderr=output))
        end = time.monotonic() + 8
        while ready is not None and not ready():
            if time.monotonic() > end or self.daemons[-1].poll() not in (None, 0):
                said = (self.folder / f"{Path(command[0]).name}.log").read_text("utf-8", "replace")
                raise RuntimeError(f"{command[0]} did not start: {said[-600:]}")
            time.sleep(0.05)

    # ---- looking at it

    def probe(self) -> dict[str, Any]:
        """What plain programs on the patient's computer see; leaves no trace in the log."""
        found = self.patient.probe()
        # Connections that the probe left behind are still being noted.
        time.sleep(0.1)
        while self.log.take():
            time.sleep(0.1)
        return found

    def run(self) -> Ran:
        """Run the tool, and tell what it said, how it ended, how long it took and whom it contacted."""
        self.log.take()
        for work in self.at_run:
            work()
        said = self.patient.check()
        seen = self.log.take()
        return Ran(
            report=said.report,
            code=said.code,
            seconds=said.seconds,
            stderr=said.stderr,
            contacted=sorted({one.role for one in seen}),
            told=sorted({(one.role, one.told) for one in seen if one.told}),
        )

    @cached_property
    def is_closed(self) -> bool:
        """Whether neither namespace has a device or route that leads to the real network."""
        here = sh("ip -br link").split("\n")
        devices = {line.split()[0].partition("@")[0] for line in here if line.strip()}
        return devices <= {"lo", "w0", "tapw", "tunw"} and not sh("ip route show default")


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the tool: its report, exit code, time, and the contacts that the servers saw."""

    report: dict[str, Any]
    code: int
    seconds: float
    stderr: str
    contacted: list[str]
    told: list[tuple[str, str]]


# ---- applications ------------------------------------------------------------------------------


def sign_in(asked: web.Asked) -> web.Page:
    """The sign-in page."""
    return web.page("Lab portal: sign in", "<form method=post><input name=user><input type=password></form>")


def not_found(asked: web.Asked) -> web.Page:
    """No such page."""
    return web.page("Not found", status=404)


def redirect(location: str) -> Application:
    """The way to another page."""
    return lambda asked: web.redirect(location)


def status(code: int) -> Application:
    """A page with a status."""
    return lambda asked: web.page("Sorry", status=code)
