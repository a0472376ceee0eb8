"""The way to the portal: the only room that opens sockets.

`names` asks for addresses, `dial` connects, `proxies` speaks to proxies, `handshake` makes TLS without
verification, `request` speaks HTTP, `walk` follows redirects, `chain` judges certificates offline, `neutral`
asks unrelated hosts, and `policy` decides who may be contacted at all and keeps the ledger.
"""
