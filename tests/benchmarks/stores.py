"""Great cookie stores, as Chromium and Firefox write them."""

from __future__ import annotations

from pathlib import Path

from tests.machine.browsers.world import Cookie, World, chromium_db, firefox_db

HOSTS = ("portal.test", "sso.test", "example.org", "login.example.net", "health.example.com")


def great_store(
    folder: Path, *, rows: int, ours_every: int, firefox: bool = False, apart: bool = False
) -> tuple[World, Path]:
    """A computer with one browser profile and its database; every so many rows is a cookie of the portal.

    With `apart`, half of these are not sent to the page, but to other paths.
    """
    world = World(folder)
    cookies = (
        Cookie(
            host=".portal.test" if number % ours_every == 0 else f"www{number}.site{number % 977}.com",
            name=f"name{number}",
            value=b"v" * 80,
            path=f"/way-back/{number % 500}" if apart and number // ours_every % 2 else "/",
        )
        for number in range(rows)
    )
    if firefox:
        return world, firefox_db(world.firefox / "x.default" / "cookies.sqlite", cookies)
    return world, chromium_db(world.chromium / "Default" / "Cookies", cookies, plain=False)
