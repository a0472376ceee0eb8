"""Folders that may lie on a file server: by their path, a drive letter, a junction, or as a mounted home folder.

One whose server is off keeps everybody who looks at it waiting, for a minute and longer.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.probe.limits import AWAY_S
from portalcheck.shortage import start

Status = os.stat_result | Unreadable | None


def statuses(folders: Sequence[tuple[Path, Path]]) -> Mapping[Path, Status]:
    """The status of each folder, given with the place that it lies below; None if there is none, AWAY for no answer.

    Where one folder does not answer in time, the others below the same place are not waited for.
    """
    found: dict[Path, Status] = {}
    left = list(dict.fromkeys(folders))
    while left:
        answers: queue.SimpleQueue[Status] = queue.SimpleQueue()
        looked_at = tuple(folder for folder, _ in left)
        # A thread that still waits when the program ends does not keep it.
        start(
            threading.Thread(target=_look, args=(looked_at, answers), name="portalcheck-folders", daemon=True)
        )
        silent = _gather(left, answers, found)
        found |= {folder: Unreadable.AWAY for folder, place in left if place == silent}
        left = [(folder, place) for folder, place in left if folder not in found]
    return found


def answers(folder: Path) -> bool:
    """Whether a folder is there and can be looked into now."""
    return isinstance(statuses([(folder, folder)])[folder], os.stat_result)


def _gather(
    folders: Sequence[tuple[Path, Path]], answers: queue.SimpleQueue[Status], found: dict[Path, Status]
) -> Path | None:
    """Note the answers in the order of the folders; the place of one that gives none in time."""
    for folder, place in folders:
        try:
            found[folder] = answers.get(timeout=AWAY_S)
        except queue.Empty:
            return place
    return None


def _look(folders: Sequence[Path], answers: queue.SimpleQueue[Status]) -> None:
    for folder in folders:
        try:
            answers.put(folder.stat())
        except (OSError, ValueError):
            answers.put(None)
