"""`python -m portalcheck`."""

from portalcheck.cli import entry

if __name__ == "__main__":
    entry()
