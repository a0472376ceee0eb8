"""A healthy run over a slow link, beside curl: `python -m tests.benchmarks.link ROUNDS` in fresh namespaces.

The link is the lab's own, 50 ms each way: name servers, the portal and the host that it redirects to are all
behind it. Both programs start the same way, from a shell in the patient's namespaces.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import msgspec

from tests.benchmarks.measuring import REPOSITORY, ROUNDS, TOOL, environment, median
from tests.lab import names
from tests.lab.soft_link import Quality, soft_link
from tests.lab.spaces import in_fresh_spaces, why_impossible
from tests.lab.world import World, sh

ROUND_TRIP_S = 0.1
PROGRAMS = ("curl", "ip", "nsenter")
_CURL = ("curl", "--silent", "--show-error", "--fail", "--location", "--output", "/dev/null", names.SIGN_IN)
_OURS = (*TOOL, "--no-input", "--format", "text")


class Beside(msgspec.Struct, frozen=True):
    """Seconds by the clock, the median of each."""

    ours: float
    curl: float


def measure(rounds: int = ROUNDS) -> Beside | str:
    """Both over the link, or why this cannot be measured here."""
    if why := why_impossible(PROGRAMS):
        return why
    done = subprocess.run(
        in_fresh_spaces([sys.executable, "-m", "tests.benchmarks.link", str(rounds)]),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        env={**environment(), "LAB_PYTHONPATH": str(REPOSITORY)},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return msgspec.json.decode(done.stdout, type=Beside)


def _inside(rounds: int) -> Beside:
    world = World().start()
    try:
        soft_link(sh, Quality(delay_s=ROUND_TRIP_S / 2))
        kept = {name: os.environ[name] for name in ("PYTHONPYCACHEPREFIX",) if name in os.environ}
        world.patient.environment.update(kept, PYTHONDONTWRITEBYTECODE="")
        pairs = []
        for _ in range(rounds + 1):
            pairs.append((world.patient.seconds(_OURS), world.patient.seconds(_CURL)))
        ours, curl = zip(*pairs[1:], strict=True)
        return Beside(median(ours), median(curl))
    finally:
        world.close()


if __name__ == "__main__":
    json.dump(msgspec.to_builtins(_inside(int(sys.argv[1]))), sys.stdout)
    sys.stdout.flush()
    # Servers' threads are left behind on purpose; the namespaces go with the process.
    os._exit(0)
