"""One DNS question: what came in time is heard, even by a program that slept until the time was over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import dns.message
import pytest

from portalcheck.facts import Failure
from portalcheck.probe.dns.exchange import exchange

ASKING = """
import sys
import dns.message
from portalcheck.probe.dns.exchange import exchange
answer = exchange(("127.0.0.1", int(sys.argv[1])), dns.message.make_query("a.example.", "A"), 0.8)
print(type(answer).__name__, flush=True)
"""


@pytest.mark.not_on_windows("posix", "SIGSTOP")
def test_a_response_that_came_while_the_program_was_stopped_is_heard_afterwards() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        asking = subprocess.Popen(
            [sys.executable, "-c", ASKING, str(server.getsockname()[1])], stdout=subprocess.PIPE, text=True
        )
        wire, client = server.recvfrom(4096)
        os.kill(asking.pid, signal.SIGSTOP)
        server.sendto(dns.message.make_response(dns.message.from_wire(wire)).to_wire(), client)
        time.sleep(1.0)
        os.kill(asking.pid, signal.SIGCONT)
        out, _ = asking.communicate(timeout=20)

    assert out == "QueryMessage\n"


def test_a_server_that_sends_forgeries_without_end_is_given_up_when_the_time_is_over() -> None:
    question = dns.message.make_query("a.example.", "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0)
        over = threading.Event()

        def flood() -> None:
            client = None
            while not over.is_set():
                try:
                    _, client = server.recvfrom(4096)
                except BlockingIOError:
                    if client is not None:
                        server.sendto(os.urandom(2) + b"\x80\x00" + bytes(8), client)
                    time.sleep(0.001)

        flooding = threading.Thread(target=flood)
        flooding.start()
        try:
            answer = exchange(server.getsockname(), question, 0.5)
        finally:
            over.set()
            flooding.join()

    assert answer is Failure.TIMED_OUT


def test_an_answer_that_comes_after_the_question_was_repeated_is_heard() -> None:
    question = dns.message.make_query("a.example.", "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer_the_first_late() -> None:
            data, client = server.recvfrom(4096)
            server.recvfrom(4096)
            server.sendto(dns.message.make_response(dns.message.from_wire(data)).to_wire(), client)

        late = threading.Thread(target=answer_the_first_late)
        late.start()
        answer = exchange(server.getsockname(), question, 2.0, tries=2)
        late.join()

    assert isinstance(answer, dns.message.Message)
