"""Every profile of every browser is found where browsers keep it, and nothing else is taken for one."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.browsers.profile import MAX_PROFILES
from portalcheck.machine.browsers.reading import read_ini
from tests.machine.browsers.world import Cookie, World, binarycookies, chromium_db, firefox_db


def test_without_any_browser_there_is_nothing(world: World) -> None:
    assert world.stores() == ()
    assert world.profiles() == ()
    assert browsers.installed(world.environment) == ()


def test_without_a_home_there_is_nothing(world: World) -> None:
    from portalcheck.machine.environment import Environment

    for os_name in ("linux", "macos", "windows"):
        nobody = Environment(os=os_name, home=None, environ={}, root=world.root)
        assert browsers.cookie_stores(nobody, "https://x.test", ["x.test"], 0) == ()
        assert browsers.installed(nobody) == ()


@pytest.mark.parametrize(
    ("path", "browser"),
    [
        (".config/google-chrome/Default/Cookies", "chrome"),
        (".config/google-chrome/Default/Network/Cookies", "chrome"),
        (".config/google-chrome-beta/Profile 1/Cookies", "chrome"),
        (".var/app/com.google.Chrome/config/google-chrome/Default/Cookies", "chrome"),
        (".config/chromium/Default/Cookies", "chromium"),
        ("snap/chromium/common/chromium/Default/Cookies", "chromium"),
        (".var/app/org.chromium.Chromium/config/chromium/Default/Cookies", "chromium"),
        (".config/microsoft-edge/Default/Cookies", "edge"),
        (".config/BraveSoftware/Brave-Browser/Default/Cookies", "brave"),
        (".config/opera/Cookies", "opera"),
        (".config/opera/Default/Cookies", "opera"),
        (".config/vivaldi/Default/Cookies", "vivaldi"),
        (".mozilla/firefox/x.default/cookies.sqlite", "firefox"),
        (".mozilla/firefox/x.default-esr/cookies.sqlite", "firefox"),
        (".config/mozilla/firefox/x.default/cookies.sqlite", "firefox"),
        ("snap/firefox/common/.mozilla/firefox/x.default/cookies.sqlite", "firefox"),
        (".var/app/org.mozilla.firefox/.mozilla/firefox/x.default/cookies.sqlite", "firefox"),
        (".var/app/org.mozilla.firefox/config/mozilla/firefox/x.default/cookies.sqlite", "firefox"),
        (".librewolf/x.default/cookies.sqlite", "firefox"),
        (".var/app/io.gitlab.librewolf-community/.librewolf/x.default/cookies.sqlite", "firefox"),
        (".local/share/epiphany/cookies.sqlite", "epiphany"),
        (".var/app/org.gnome.Epiphany/data/epiphany/cookies.sqlite", "epiphany"),
    ],
)
def test_profiles_on_linux(world: World, path: str, browser: str) -> None:
    make(world.home / path)
    store = world.store()
    assert (store.browser, store.profile, store.count) == (browser, 1, 1)
    assert [found.browser for found in browsers.installed(world.environment)] == [browser]


def make(path: Path) -> None:
    if path.name == "cookies.sqlite":
        firefox_db(path, [Cookie()])
    elif path.name == "Cookies":
        chromium_db(path, [Cookie()])
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(binarycookies([Cookie()]))


@pytest.mark.parametrize(
    ("path", "browser"),
    [
        ("Application Support/Google/Chrome/Default/Cookies", "chrome"),
        ("Application Support/Chromium/Default/Cookies", "chromium"),
        ("Application Support/Microsoft Edge/Default/Network/Cookies", "edge"),
        ("Application Support/BraveSoftware/Brave-Browser/Default/Cookies", "brave"),
        ("Application Support/com.operasoftware.Opera/Cookies", "opera"),
        ("Application Support/Vivaldi/Default/Cookies", "vivaldi"),
        ("Application Support/Firefox/Profiles/x.default/cookies.sqlite", "firefox"),
        ("Containers/com.apple.Safari/Data/Library/Cookies/Cookies.binarycookies", "safari"),
        ("Cookies/Cookies.binarycookies", "safari"),
        (
            "Containers/com.apple.Safari/Data/Library/WebKit/WebsiteDataStore/a-b/Cookies/Cookies.binarycookies",
            "safari",
        ),
    ],
)
def test_profiles_on_macos(mac: World, path: str, browser: str) -> None:
    make(mac.home / "Library" / path)
    store = mac.store()
    assert (store.browser, store.count) == (browser, 1)


@pytest.mark.parametrize(
    ("path", "browser"),
    [
        ("Local/Google/Chrome/User Data/Default/Network/Cookies", "chrome"),
        ("Local/Google/Chrome SxS/User Data/Default/Network/Cookies", "chrome"),
        ("Local/Chromium/User Data/Default/Network/Cookies", "chromium"),
        ("Local/Microsoft/Edge/User Data/Profile 2/Network/Cookies", "edge"),
        ("Local/BraveSoftware/Brave-Browser/User Data/Default/Network/Cookies", "brave"),
        ("Roaming/Opera Software/Opera Stable/Network/Cookies", "opera"),
        ("Roaming/Opera Software/Opera GX Stable/Default/Network/Cookies", "opera"),
        ("Local/Vivaldi/User Data/Default/Network/Cookies", "vivaldi"),
        ("Roaming/Mozilla/Firefox/Profiles/x.default/cookies.sqlite", "firefox"),
        (
            "Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/Profiles/x/cookies.sqlite",
            "firefox",
        ),
    ],
)
@pytest.mark.parametrize("variables", [True, False])
def test_profiles_on_windows(windows: World, path: str, browser: str, variables: bool) -> None:
    if variables:
        windows.environ |= {
            "LocalAppData": r"C:\Users\pat\AppData\Local",
            "APPDATA": r"C:\Users\pat\AppData\Roaming",
        }
        make(windows.root / "Users/pat/AppData" / path)
    else:
        make(windows.home / "AppData" / path)
    store = windows.store()
    assert (store.browser, store.count) == (browser, 1)


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("XDG_CONFIG_HOME", "/conf", "conf/chromium/Default/Cookies"),
        ("CHROME_CONFIG_HOME", "/conf", "conf/chromium/Default/Cookies"),
        ("CHROME_USER_DATA_DIR", "/conf/mine", "conf/mine/Default/Cookies"),
        ("XDG_CONFIG_HOME", "/conf", "conf/mozilla/firefox/x/cookies.sqlite"),
        ("XDG_DATA_HOME", "/data", "data/epiphany/cookies.sqlite"),
    ],
)
def test_folders_that_the_environment_names(world: World, name: str, value: str, path: str) -> None:
    world.environ[name] = value
    make(world.root / path)
    assert world.store().count == 1


@pytest.mark.parametrize("value", ["relative/conf", "", "//server/share", "\0"])
def test_a_variable_that_is_no_folder_of_this_computer_is_ignored(world: World, value: str) -> None:
    world.environ["XDG_CONFIG_HOME"] = value
    assert world.stores() == ()


def test_every_profile_counts_and_default_comes_first(world: World) -> None:
    for name, cookies in (("Profile 1", 1), ("Default", 2), ("Profile 2", 3)):
        chromium_db(world.chromium / name / "Cookies", [Cookie(name=str(n)) for n in range(cookies)])
    assert [(store.profile, store.count) for store in world.stores()] == [(1, 2), (2, 1), (3, 3)]


@pytest.mark.parametrize("name", ["System Profile", "Guest Profile", "Snapshot", "Crashpad"])
def test_folders_that_are_no_profiles_of_a_person_are_left_out(world: World, name: str) -> None:
    chromium_db(world.chromium / name / "Cookies", [Cookie()])
    chromium_db(world.home / ".config/chromium-headless/scoped_dirA1/Default/Cookies", [Cookie()])
    assert world.stores() == ()


def test_what_the_browsers_own_list_names_outside_its_folder_is_ignored(world: World) -> None:
    chromium_db(world.home / "outside" / "Cookies", [Cookie()])
    names: dict[str, object] = {"../../outside": {}, str(world.home / "outside"): {}, "Default": {}}
    world.write(world.chromium / "Local State", {"profile": {"info_cache": names}})
    assert world.stores() == ()


def test_the_newer_of_two_cookie_files_counts(world: World) -> None:
    old = chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    new = chromium_db(
        world.chromium / "Default" / "Network" / "Cookies", [Cookie(name="a"), Cookie(name="b")]
    )
    os.utime(old, (1, 1))
    assert world.store().count == 2
    os.utime(new, (0, 0))
    assert world.store().count == 1


def test_installations_side_by_side_are_counted_on(world: World) -> None:
    for place in ("snap/chromium/common/chromium", ".config/chromium"):
        chromium_db(world.home / place / "Default" / "Cookies", [Cookie()])
    for place in (".mozilla/firefox", ".config/mozilla/firefox"):
        firefox_db(world.home / place / "x" / "cookies.sqlite", [Cookie()])
    found = [(store.browser, store.profile) for store in world.stores()]
    assert found == [("chromium", 1), ("chromium", 2), ("firefox", 1), ("firefox", 2)]


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_one_folder_under_two_names_is_one_place(world: World) -> None:
    firefox_db(world.firefox / "x" / "cookies.sqlite", [Cookie()])
    (world.home / ".config/mozilla").mkdir(parents=True)
    (world.home / ".config/mozilla/firefox").symlink_to(world.firefox)
    assert len(world.stores()) == 1


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_links_in_a_circle_are_left_alone(world: World) -> None:
    world.chromium.mkdir(parents=True)
    (world.chromium / "Default").symlink_to(world.chromium / "Profile 1")
    (world.chromium / "Profile 1").symlink_to(world.chromium / "Default")
    (world.chromium / "Profile 2").symlink_to(world.chromium)
    chromium_db(world.chromium / "Profile 3" / "Cookies", [Cookie()])
    assert [store.count for store in world.stores()] == [1]


# ---- Firefox's lists ---------------------------------------------------------------------------


def test_the_profile_of_the_installation_comes_before_the_one_that_calls_itself_default(world: World) -> None:
    world.write(
        world.firefox / "profiles.ini",
        "[Profile1]\nName=default\nIsRelative=1\nPath=p1.default\nDefault=1\n\n"
        "[Profile0]\nName=default-esr\nIsRelative=1\nPath=z9.default-esr\n\n"
        "[InstallCF146F38BCAB2D21]\nDefault=z9.default-esr\nLocked=1\n",
    )
    firefox_db(world.firefox / "z9.default-esr" / "cookies.sqlite", [Cookie(), Cookie(name="b")])
    (world.firefox / "p1.default").mkdir()
    assert [store.count for store in world.stores()] == [2]
    firefox_db(world.firefox / "p1.default" / "cookies.sqlite", [])
    assert [store.count for store in world.stores()] == [2, 0]


def test_a_listed_profile_may_lie_anywhere_on_this_computer(world: World) -> None:
    world.write(world.firefox / "profiles.ini", "[Profile0]\nPath=/srv/ff\nIsRelative=0\n")
    firefox_db(world.root / "srv/ff/cookies.sqlite", [Cookie()])
    assert world.store().count == 1


def test_a_profile_of_the_switcher_that_no_list_names_is_found(world: World) -> None:
    world.write(world.firefox / "profiles.ini", "[Profile0]\nPath=Profiles/a\n")
    world.write(world.firefox / "Profile Groups" / "abc.sqlite", b"")
    firefox_db(world.firefox / "Profiles" / "a" / "cookies.sqlite", [Cookie()])
    firefox_db(world.firefox / "Profiles" / "b" / "cookies.sqlite", [Cookie(), Cookie(name="b")])
    assert [store.count for store in world.stores()] == [1, 2]


def group(path: Path, profiles: list[object], table: str = "Profiles(id, path, name, avatar)") -> Path:
    """A list of the profile switcher, in WAL mode and with its last rows in the log, as a running Firefox has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"CREATE TABLE {table}")
    rows = [(number, profile, f"name {number}", "star") for number, profile in enumerate(profiles)]
    database.executemany("INSERT INTO Profiles VALUES(?, ?, ?, ?)", rows)
    database.commit()
    held = {name: path.with_name(name).read_bytes() for name in (path.name, f"{path.name}-wal")}
    database.close()
    for name, content in held.items():
        path.with_name(name).write_bytes(content)
    return path


def test_a_profile_that_only_a_group_of_the_switcher_lists_is_found(world: World) -> None:
    firefox_db(world.firefox / "Kept apart" / "deep" / "b" / "cookies.sqlite", [Cookie()])
    firefox_db(world.root / "srv" / "c" / "cookies.sqlite", [Cookie(), Cookie(name="c")])
    assert world.stores() == ()
    group(world.firefox / "Profile Groups" / "abc.sqlite", ["Kept apart/deep/b", "/srv/c", "/srv/absent"])
    assert [store.count for store in world.stores()] == [1, 2]


def test_on_windows_groups_write_paths_with_backslashes(windows: World) -> None:
    windows.environ["APPDATA"] = r"C:\Users\pat\AppData\Roaming"
    root = windows.root / "Users/pat/AppData/Roaming/Mozilla/Firefox"
    firefox_db(root / "Kept" / "deep" / "b" / "cookies.sqlite", [Cookie()])
    group(root / "Profile Groups" / "abc.sqlite", [r"Kept\deep\b"])
    assert windows.store().count == 1


@pytest.mark.parametrize(
    "path", ["../p", "a/../../p", "//server/share/p", "", "\0", None, 7, b"p", "x" * 5000]
)
def test_a_group_leads_nowhere_else_and_the_other_profiles_are_found(world: World, path: object) -> None:
    firefox_db(world.firefox.parent / "p" / "cookies.sqlite", [Cookie()])
    firefox_db(world.firefox / "a" / "cookies.sqlite", [Cookie(), Cookie(name="a")])
    group(world.firefox / "Profile Groups" / "abc.sqlite", [path])
    assert world.store().count == 2


@pytest.mark.parametrize("table", ["Others(path)", "Profiles(id, folder)", "Profiles AS SELECT 1 AS path"])
def test_a_group_of_another_layout_lists_nothing(world: World, table: str) -> None:
    firefox_db(world.firefox / "a" / "cookies.sqlite", [Cookie()])
    path = world.firefox / "Profile Groups" / "abc.sqlite"
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {table}")
    database.close()
    (path.parent / "broken.sqlite").write_bytes(path.read_bytes()[:700])
    (path.parent / "text.sqlite").write_text("no database")
    assert world.store().count == 1


@pytest.mark.parametrize(
    "path", ["//server/share/p", r"\\server\share\p", "../p", "a/../../p", "\0", "", "C:\\x", "~/p", "//"]
)
@pytest.mark.parametrize("relative", ["0", "1"])
def test_a_path_that_leads_elsewhere_is_never_followed(world: World, path: str, relative: str) -> None:
    firefox_db(world.firefox.parent / "p" / "cookies.sqlite", [Cookie()])
    world.write(world.firefox / "profiles.ini", f"[Profile0]\nPath={path}\nIsRelative={relative}\n")
    assert world.stores() == ()


def test_on_windows_a_path_to_a_server_is_never_followed(windows: World) -> None:
    windows.environ["APPDATA"] = r"C:\Users\pat\AppData\Roaming"
    root = windows.root / "Users/pat/AppData/Roaming/Mozilla/Firefox"
    windows.write(root / "profiles.ini", "[Profile0]\nPath=\\\\server\\share\\p\nIsRelative=0\n")
    firefox_db(windows.root / "share/p/cookies.sqlite", [Cookie()])
    assert windows.stores() == ()
    windows.write(root / "profiles.ini", "[Profile0]\nPath=D:\\ff\nIsRelative=0\n")
    firefox_db(windows.root / "ff/cookies.sqlite", [Cookie()])
    assert windows.store().count == 1


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="[]Profile0Install=/\\.\n\0 #;Path:", max_size=120))
def test_no_list_of_profiles_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    world = World(tmp_path_factory.mktemp("ini"))
    world.write(world.firefox / "profiles.ini", text)
    assert world.stores() == ()
    assert isinstance(read_ini(world.firefox / "profiles.ini", 4096), dict)


# ---- folders that are closed to us -------------------------------------------------------------


@contextmanager
def as_somebody_else() -> Iterator[World]:
    """A world that another user, who may do everything, does not own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        world = World(Path(folder))
        try:
            yield world
        finally:
            for path in (Path(folder), *Path(folder).rglob("*")):
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o755)


def stores_as_nobody(world: World) -> list[tuple[str, int, str, int]]:
    """What a user without rights sees. Root's rights, if the tests have them, are laid down for the time."""
    browsers.cookie_stores(
        World(world.home / "empty").environment, "https://x.test", ["x.test"], 0
    )  # imports
    browsers.profiles(world.environment, "https://x.test")
    browsers.installed(world.environment)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        world.profiles()
        browsers.installed(world.environment)
        found = world.stores()
    finally:
        if is_root:
            os.seteuid(0)
    return [(one.browser, one.profile, one.unreadable or "read", one.count) for one in found]


@pytest.mark.not_on_windows("posix", "modes of files")
def test_a_file_without_permission_is_unreadable_and_the_others_are_read() -> None:
    with as_somebody_else() as world:
        chromium_db(world.chromium / "Default" / "Cookies", [Cookie()]).chmod(0)
        chromium_db(world.chromium / "Profile 1" / "Cookies", [Cookie()])
        assert stores_as_nobody(world) == [
            ("chromium", 1, "permission", 0),
            ("chromium", 2, "read", 1),
        ]


@pytest.mark.not_on_windows("posix", "modes of files")
def test_a_profile_without_permission_is_unreadable() -> None:
    with as_somebody_else() as world:
        chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
        (world.chromium / "Default").chmod(0)
        (world.chromium / "Crash Reports").mkdir(mode=0)
        world.write(world.firefox / "profiles.ini", "[Profile0]\nPath=p\n")
        firefox_db(world.firefox / "p" / "cookies.sqlite", [Cookie()])
        (world.firefox / "p").chmod(0)
        assert stores_as_nobody(world) == [
            ("chromium", 1, "permission", 0),
            ("firefox", 1, "permission", 0),
        ]


@pytest.mark.not_on_windows("posix", "modes of files")
def test_a_whole_browser_without_permission_is_unreadable() -> None:
    with as_somebody_else() as world:
        chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
        world.chromium.chmod(0)
        assert stores_as_nobody(world) == [("chromium", 1, "permission", 0)]


@pytest.mark.not_on_windows("posix", "modes of files")
def test_another_users_home_shows_nothing() -> None:
    with as_somebody_else() as world:
        chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
        world.home.chmod(0)
        assert stores_as_nobody(world) == []


def test_of_profiles_by_the_thousand_the_first_are_looked_at_and_that_there_are_more_is_told(
    world: World,
) -> None:
    for number in range(MAX_PROFILES + 40):
        world.write(world.chromium / f"Profile {number}" / "Preferences", "{}")
    numbers = [(one.profile, one.unreadable) for one in world.stores()]
    assert numbers[:-1] == [(number, None) for number in range(1, MAX_PROFILES + 1)]
    assert numbers[-1] == (MAX_PROFILES + 1, Unreadable.TOO_MANY)
