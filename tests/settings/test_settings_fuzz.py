"""Whatever stands in a settings file or variable: settings, or one SettingsError of one line, soon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portalcheck.settings import SettingsError, check_file, load
from portalcheck.settings.origin import MOST_PROBLEMS
from portalcheck.settings.sources import MAX_BYTES
from tests.settings.settings_world import World, toml
from tests.words.growing import MOST_GROWTH, growth


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


KEYS = [
    "portal",
    "portals",
    "optum",
    "lab",
    "url",
    "network",
    "canaries",
    "run",
    "timeout",
    "locked",
    "facts",
    "support",
]
SCALARS = st.one_of(
    st.sampled_from(["true", "1", "-1.5", "nan", "inf", "1e400", "2020-01-01", "07:32:00", "''", "[]", "{}"]),
    st.text(max_size=12).map(lambda text: toml(text.encode("utf-8", "replace").decode())),
    st.sampled_from(["https://a.example/", "https://[::1", "http://ü.example", "9.9.9.9:53", "[::1]:"]).map(
        toml
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
LINES = st.builds(
    lambda keys, value: f"{'.'.join(keys)} = {value}",
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=4),
    VALUES,
)
VARIABLES = [
    f"PORTALCHECK_{name}" for name in ("PORTAL", "TIMEOUT", "SKIP", "NETWORK_RESOLVERS", "NETWORK_CAPTIVE")
]
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def lines_of_error(load_it: Callable[[], object]) -> list[str]:
    """What a person is told: no line, or one."""
    try:
        load_it()
    except SettingsError as error:
        return [str(error)]
    return []


def assert_settings_or_one_line(load_it: Callable[[], object]) -> None:
    for line in lines_of_error(load_it):
        assert line.isprintable()
        assert len(line) < 1000


def load_as_each_file(world: World, data: bytes) -> None:
    path = world.write(world.root / "any.toml", data)
    assert_settings_or_one_line(lambda: load({}, {}, system_file=None, user_file=path))
    assert_settings_or_one_line(lambda: load({}, {}, system_file=path, user_file=None))
    errors = [str(error) for error in check_file(path).errors]
    assert set(lines_of_error(lambda: load({}, {}, config=path, system_file=None))) <= set(errors)
    assert all(line.isprintable() for line in errors)


@QUICK
@given(lines=st.lists(LINES, max_size=4))
def test_any_toml_is_settings_or_one_settings_error(world: World, lines: list[str]) -> None:
    load_as_each_file(world, "\n".join(lines).encode())


@QUICK
@given(
    data=st.binary(max_size=200)
    | st.text(alphabet="[]{}=.,\"'\\#\n 1aunx-_:+e\0é", max_size=80).map(str.encode)
)
@example(data=b"\xef\xbb\xbf")
@example(data=b"a.b.c = '''\n")
def test_any_bytes_are_settings_or_one_settings_error(world: World, data: bytes) -> None:
    load_as_each_file(world, data)


@QUICK
@given(environ=st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=30)))
def test_any_variables_are_settings_or_one_settings_error(environ: dict[str, str]) -> None:
    assert_settings_or_one_line(lambda: load({}, environ, system_file=None, user_file=None))


COSTLY: dict[str, Callable[[int], str]] = {
    "dots": lambda size: "a" + ".a" * (size // 2 - 5) + "=1",
    "quoted dots": lambda size: "[a" + " . ''" * (size // 5 - 5) + "]",
    "many dots": lambda size: ("a" + ".a" * 127 + "=1\n") * (size // 260),
    "names": lambda size: ("a" * 8000 + "\n") * (size // 8001),
    "blanks": lambda size: ("a" + " " * 8000) * (size // 8001),
    "quotes": lambda size: "\"'" * (size // 2),
    "braces": lambda size: "a=" + "{a=" * (size // 3 - 5),
    "tables": lambda size: "[a]\n" * (size // 4 - 1),
    "keys": lambda size: "".join(f"k{number}=1\n" for number in range(size // 12)),
    "comment": lambda size: "#" * size,
    "text": lambda size: "a='" + "x" * (size - 5) + "'",
    "list": lambda size: "checks.skip=[" + "'a'," * (size // 4 - 9) + "]",
    "address": lambda size: "portals.lab.url = 'https://" + "a." * (size // 2 - 30) + "'",
    "script": lambda size: "portals.lab.url = 'https://" + "\u00fc" * (size // 2 - 30) + "'",
}


@pytest.mark.parametrize("name", COSTLY)
def test_the_time_of_a_costly_file_grows_no_faster_than_its_size(world: World, name: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        text = COSTLY[name](size)
        assert len(text.encode()) <= MAX_BYTES
        world.write(world.user, text)

        def read() -> None:
            assert_settings_or_one_line(world.load)
            assert len(check_file(world.user).errors) <= MOST_PROBLEMS

        return read

    assert growth(reading, MAX_BYTES) < MOST_GROWTH


def test_a_long_list_of_hosts_on_one_line_is_no_endless_key(world: World) -> None:
    hosts = [f"host{number}.example.org" for number in range(400)]
    assert world.load(user=f"portals.optum.known_other = {hosts}").portal().known_other == tuple(hosts)
