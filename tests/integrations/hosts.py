"""Computers to manage: each a network namespace with its own /etc, /opt and /var/lib, reached over real ssh.

The controller is a namespace of its own. No packet leaves them: there is no way out of the bridge between them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

NETWORK = "10.77.31"
OWN_FOLDERS = {"etc": "/etc", "opt": "/opt", "state": "/var/lib"}


class Host(msgspec.Struct, frozen=True):
    """A computer; `place` holds what it has for itself."""

    name: str
    address: str
    place: Path

    def file(self, path: str) -> Path:
        """A file of this computer, as it is seen from outside."""
        for own, where in OWN_FOLDERS.items():
            if path.startswith(where + "/"):
                return self.place / own / path.removeprefix(where + "/")
        raise AssertionError(path)


class Hosts(msgspec.Struct, frozen=True):
    """The controller and the computers that it manages."""

    controller: str
    hosts: tuple[Host, ...]
    folder: Path

    def run(
        self, *command: str | Path, timeout: float = 300, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program on the controller."""
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "ansible" / "tmp"),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "cp"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **variables,
        }
        return subprocess.run(
            ["ip", "netns", "exec", self.controller, *map(str, command)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
            cwd=self.folder,
            check=False,
        )

    def inventory(self) -> Path:
        """The computers as Ansible reads them."""
        python = Path(sys.base_prefix) / "bin" / "python3"
        lines = [
            f"{host.name} ansible_host={host.address} ansible_remote_tmp={host.place}/tmp"
            f" ansible_python_interpreter={python}"
            for host in self.hosts
        ]
        ssh = f"-i {self.folder}/key -o UserKnownHostsFile={self.folder}/known_hosts -o IdentitiesOnly=yes"
        path = self.folder / "hosts.ini"
        path.write_text(
            "\n".join([*lines, "[all:vars]", "ansible_user=root", f"ansible_ssh_common_args={ssh}", ""])
        )
        return path


def possible() -> bool:
    """Whether this user may make such computers, and has what they run."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not all(map(shutil.which, ("ip", "sshd", "ssh"))):
        return False
    return subprocess.run(["unshare", "--net", "--mount", "--uts", "true"], check=False).returncode == 0


@contextlib.contextmanager
def managed(names: tuple[str, ...], folder: Path) -> Iterator[Hosts]:
    """Start the computers, and end them."""
    tag = f"pc{os.getpid()}"
    controller = f"{tag}-c"
    hosts = tuple(Host(name, f"{NETWORK}.{n}", folder / name) for n, name in enumerate(names, start=11))
    servers: list[subprocess.Popen[bytes]] = []
    Path("/run/sshd").mkdir(exist_ok=True)
    _key(folder / "key")
    try:
        _do(f"ip netns add {controller}")
        _do(f"ip -n {controller} link add bridge type bridge; ip -n {controller} link set bridge up")
        _do(f"ip -n {controller} address add {NETWORK}.1/24 dev bridge; ip -n {controller} link set lo up")
        for number, host in enumerate(hosts):
            _join(controller, f"{tag}-{number}", host)
            servers.append(_start(f"{tag}-{number}", host, folder))
        known = [f"{host.address} {(host.place / 'host.pub').read_text()}" for host in hosts]
        (folder / "known_hosts").write_text("".join(known))
        made = Hosts(controller, hosts, folder)
        for host in hosts:
            _await(made, host)
        yield made
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)
        for name in (controller, *(f"{tag}-{number}" for number in range(len(hosts)))):
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


def _join(controller: str, space: str, host: Host) -> None:
    _do(f"ip netns add {space}; ip -n {space} link set lo up")
    _do(f"ip -n {controller} link add {space} type veth peer name wire netns {space}")
    _do(f"ip -n {controller} link set {space} master bridge up; ip -n {space} link set wire up")
    _do(f"ip -n {space} address add {host.address}/24 dev wire")


def _start(space: str, host: Host, folder: Path) -> subprocess.Popen[bytes]:
    for own in OWN_FOLDERS:
        (host.place / own).mkdir(parents=True)
    _do(f"cp -a /etc/. {host.place}/etc/")
    _do(f"rm -rf {host.place}/etc/portalcheck {host.place}/etc/ansible")
    host.file("/etc/resolv.conf").unlink(missing_ok=True)
    host.file("/etc/resolv.conf").write_text(f"nameserver {NETWORK}.1\n")
    shadow = host.file("/etc/shadow")
    shadow.write_text(shadow.read_text().replace("root:!", "root:*", 1))
    # A shell that reads no settings of the person who runs the tests.
    passwd = host.file("/etc/passwd")
    passwd.write_text(
        re.sub(r"^(root:.*:)[^:]*$", r"\1/bin/sh", passwd.read_text(), count=1, flags=re.MULTILINE)
    )
    _key(host.place / "host")
    (host.place / "sshd.conf").write_text(
        f"HostKey {host.place}/host\nAuthorizedKeysFile {folder}/key.pub\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\nPidFile none\nSubsystem sftp internal-sftp\nPrintMotd no\n"
    )
    mounts = "; ".join(f"mount --bind {host.place}/{own} {where}" for own, where in OWN_FOLDERS.items())
    script = (
        f"set -e; hostname {host.name}; {mounts}; exec {shutil.which('sshd')} -D -e -f {host.place}/sshd.conf"
    )
    with (host.place / "sshd.log").open("wb") as log:
        return subprocess.Popen(
            ["ip", "netns", "exec", space, "unshare", "--mount", "--uts", "sh", "-c", script],
            stderr=log,
            stdout=log,
        )


def _await(hosts: Hosts, host: Host) -> None:
    end = time.monotonic() + 30
    while (done := hosts.run("ssh-keyscan", "-T", "2", host.address)).stdout == "":
        assert time.monotonic() < end, (done.stderr, (host.place / "sshd.log").read_text())
        time.sleep(0.2)


def _key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)


def _do(commands: str) -> None:
    subprocess.run(["sh", "-ec", commands], check=True)
