"""`python3 -m portalcheck.program`: build the program for the system that this runs on."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from portalcheck.program.building import build


def main() -> int:
    """Build, and name what was made; 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python3 -m portalcheck.program", description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=Path("dist"), metavar="FOLDER", help="where it is put (default: dist)"
    )
    try:
        folder, archive = build(parser.parse_args().to)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"portalcheck.program: {error}\n")
        return 1
    sys.stdout.write(f"{folder}\n{archive}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
