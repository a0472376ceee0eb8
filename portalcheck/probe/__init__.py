"""The only room that opens sockets: from a URL to what each layer on the way to it did, and who else was asked.

`context` is what checks ask, `trace` follows a URL and its redirects through `dns`, `connect`, `tls` and `http`, and
`third_parties` asks everybody but the portal. `policy` says who may be contacted and keeps the ledger, `limits` for how
long, `memo` finds each fact once, and `failures` turns exceptions into codes.
"""
