"""nginx as the portal: its limits are those that real portals have."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portalcheck.demo.certificates import Issued
from tests.lab import names
from tests.lab.steps import Step, needing, tcp_answers
from tests.lab.world import World

_PORT = 8443
_SETTINGS = """
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/b;
    proxy_temp_path {folder}/p;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    server {{
        listen {port} ssl;
        listen [::]:{port} ssl;
        server_name {portal};
        {more}
        location = /signin {{ return 302 {login}; }}
        location = /login {{ return 200 "sign in"; }}
    }}
}}
"""
_REDIRECT = f"""
add table ip labnat
add chain ip labnat to_nginx {{ type nat hook prerouting priority -100; }}
add rule ip labnat to_nginx ip daddr {{ {names.PORTAL_4}, {names.IDENTITY_4} }} tcp dport 443 redirect to :{_PORT}
add table ip6 labnat
add chain ip6 labnat to_nginx {{ type nat hook prerouting priority -100; }}
add rule ip6 labnat to_nginx ip6 daddr {{ {names.PORTAL_6}, {names.IDENTITY_6} }} tcp dport 443 redirect to :{_PORT}
"""


def nginx(more: str = "", issued: Issued | None = None) -> Step:
    """nginx behind the portal's addresses, with further directives."""

    def step(world: World) -> None:
        shown = issued or world.pki.leaf(names.PORTAL, names.IDENTITY)
        start_nginx(world, shown, more)

    return needing("nginx", needing("nft", step))


def start_nginx(world: World, shown: Issued, more: str) -> None:
    """Put nginx in the portal's place, with this certificate and further directives."""
    folder = world.folder
    chain = b"".join(one.public_bytes(Encoding.PEM) for one in shown.chain)
    (folder / "chain.pem").write_bytes(chain)
    key = shown.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(key)
    settings = folder / "nginx.conf"
    settings.write_text(
        _SETTINGS.format(folder=folder, port=_PORT, portal=names.PORTAL, login=names.LOGIN, more=more),
        "utf-8",
    )
    world.daemon(
        *("nginx", "-c", str(settings), "-g", "daemon off;"), ready=lambda: tcp_answers("127.0.0.1", _PORT)
    )
    rules = folder / "redirect.nft"
    rules.write_text(_REDIRECT, "utf-8")
    world.shell(f"nft -f {rules}")
