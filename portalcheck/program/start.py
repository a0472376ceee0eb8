"""Where the built program starts."""

import time

_BEGAN = time.monotonic()

from portalcheck.cli.frozen import entry  # noqa: E402  its loading is part of the start, whose time is told

entry(began=_BEGAN)
