"""Every time limit that decides about a verdict, in one table: its seconds, and why so many.

They are meant for a run of `RUN_S`: `Deadline.limit` scales them to the length of the run at hand, and cuts them at its
end. What is called fixed is never scaled. tests/probe/test_limits.py adds up what follows one another, and says which
sums the end of the run bounds.
"""

from __future__ import annotations

# ---- the run -----------------------------------------------------------------------------------

RUN_S = 10.0
"""A run, by default (contract.md, Options of run)."""
MARGIN_S = 0.3
"""The diagnosis and the report, after all checks had to end."""
START_S = 0.4
"""The part of the start that costs the checks nothing (fixed): a run may end half a second late (contract, 1)."""
SLOW_START_S = 2.0
"""A start that took longer: what is loaded only when it is needed would be as slow, so all is loaded first."""
LAST_WORD_S = 0.3
"""What comes later than this before the checks must end can be judged by none of them any more (fixed)."""
LAST_WORD_SHARE = 0.1
"""The same as a share of a run that is too short for `LAST_WORD_S`."""
GIVE_UP_SHARE = 0.4
"""The part of that in which nobody waits for a fact any more: a thread that waited until the checks must end, and one
that cuts them off then, wake in any order, and a check that was only waiting would look like one that hangs."""
LEAST_SCALE, MOST_SCALE = 0.1, 2.0
"""A shorter run shrinks the limits to a tenth, as less fits no round trip; a longer one no more than doubles them."""

# ---- names -------------------------------------------------------------------------------------

SYSTEM_NAME_S = 3.5
"""The system's own answer for a name: the canaries can still be asked after it."""
LOST_QUESTION_S = 6.0
"""The same, if its DNS server answers by now: glibc repeats a lost question after five (resolv.conf(5), timeout)."""
DNS_SERVER_S = 2.4
"""One DNS server for one name; the question is sent again after half of it, which is more than a satellite takes."""
NEXT_SERVER_S = 1.0
"""A DNS server's silence after which the next one is asked as well, as the resolver of Windows does."""
FIRST_SERVER_S = 0.5
"""What servers before the last are given, side by side: they were silent for `NEXT_SERVER_S` before."""
ONLY_SERVER_S = 2 * DNS_SERVER_S
"""A single DNS server: longer than it takes to ask it, as nobody else answers if this program does not get to run."""
OTHER_SERVERS_S = 1.2 * DNS_SERVER_S
"""All further DNS servers, side by side: that of one, and the start of their threads."""
RECORD_TYPES_S = 0.1
"""A and AAAA, side by side: the start of their threads, beyond the limit of the server (fixed)."""

WPAD_NAME_S = 1.0
"""The name `wpad`, which few networks have: Chromium waits no longer for it."""

# ---- connections -------------------------------------------------------------------------------

CONNECT_S = 3.8
"""TCP, to all addresses: a SYN that is lost twice comes through after three (RFC 6298, 2.1 and 5.5)."""
STAGGER_S = 0.25
"""Between two addresses (fixed): the Connection Attempt Delay that RFC 8305, 8 recommends."""
LOCAL_REFUSAL_S = 0.3
"""The ICMP message of a local firewall (fixed): it crosses no network."""
TUNNEL_S = 4.0
"""A proxy's answer to CONNECT or SOCKS: it needs `CONNECT_S` itself, and a round trip to here."""
HANDSHAKE_S = 4.0
"""TLS, if nothing comes meanwhile: a packet that is lost twice, as for `CONNECT_S`, and two round trips."""
STILL_FLOWING_S = 3.0
"""The longest pause of what is slow, but comes: that of a packet that is lost twice."""

# ---- the page ----------------------------------------------------------------------------------

PAGE_S = 9.3
"""The page: longer than that of a slow one (`facts.SLOW_MS`), so that slow is told from silent."""
LINK_S = 0.5
"""Name and TCP connection, on a link that carries two handshakes at a time: two round trips of a mobile one (fixed)."""
LARGE_S = 2.5
"""A request as large as that of a sign-in, on such a link: one lost packet, and time for the same in small ones."""
BESIDE_S = 1.5
"""The first answer, name and connection included, on a link that carries more than one thing at a time (fixed)."""
REDIRECT_BODY_S = 1.0
"""The body of a redirect: it is read only so that the connection can be used again."""

# ---- third parties -----------------------------------------------------------------------------

CANARIES_S = 4.2
"""All canaries, side by side: longer than `CONNECT_S`, so that each tells why it cannot be reached."""
CANARIES_ROOM_S = 0.3
"""What is left of the run to judge canaries that are asked late, before nobody waits for them any more."""
FAMILIES_ROOM_S = 0.2
"""What is left of the canaries' time when each family's connections are given up: they must still be counted."""
RETRY_S = 1.5
"""One probe again, with nothing else under way: a SYN that is lost once comes through after one (RFC 6298, 2.1)."""
RETRY_ROOM_S = 1.0
"""What is left of the run after that retry for what the checks ask next: routes, interfaces, the local firewall."""
FETCH_S = 3.0
"""A small file: a PAC file, an issuer's certificate, all words on a revocation. One lost packet is survived."""
FETCH_SHARE = 0.5
"""All words on a revocation, as a share of what is left of the run: a silent responder must not make it late."""
STATUS_PAGE_S = 3.0
"""The portal's status page: beside the canaries, and no longer, as it decides nothing alone."""

# ---- this computer -----------------------------------------------------------------------------

COMMAND_S = 1.0
"""A program of the system, such as scutil or gsettings (fixed): it asks nobody but this computer."""
AWAY_S = 1.0
"""A folder of a browser on a file server (fixed): one that is there answers in it, one that is not takes a minute."""
PROCESSES_S = 0.5
"""The names of the running programs (fixed): they only tell the product of a VPN."""
DATABASE_S = 1.5
"""All queries on one cookie store (fixed): ten times what 100,000 cookies take."""
BUSY_STORE_S = (0.005, 0.01, 0.02, 0.04, 0.08, 0.08, 0.08, 0.08, 0.08)
"""The pauses before a store that its browser writes to is copied again (fixed): most transactions are short."""

# ---- checks ------------------------------------------------------------------------------------

LOAD_S = 2.0
"""All of others' checks together to be loaded (fixed); the time of the run begins to count before."""
HEARTBEAT_S = 0.2
"""Between two words on the check that is waited for (fixed): a person sees that the program is alive."""
TICK_S = 0.05
"""Between two looks of the watchdog at the clock (fixed): short beside the lateness that counts."""
BUSY_S = 0.1
"""The lateness of one look that does not count (fixed): a busy but usable computer has it as well."""
PAUSED_S = 1.0
"""The lateness of one look from which this program, or the computer, was stopped and goes on (fixed)."""
JUMPED_S = 30.0
"""How far the wall clock may go apart from the steady one during a run (fixed): no verdict changes by less."""
AGAIN_S = 2.0
"""What must be left of the run to try again what such a stop spoilt (fixed): a healthy run, and one lost packet."""
STARVED_S = 0.5
"""Lateness in all from which silence proves nothing (fixed): an answer may have come and gone in it."""
STARVED_SHARE = 0.15
"""The same as a share of the run so far, where that is more: the limits have as much to spare."""
