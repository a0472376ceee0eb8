"""The way to the portal: the only room that opens sockets.

`names` asks for addresses (`datagrams` carries the questions), `dial` connects, `proxies` speaks to proxies,
`tls` and `handshake` make TLS without verification, `connect` puts these together, `request` speaks HTTP over a
`streams` connection, `walk` follows redirects to where `location` says they lead, `chain` judges certificates
offline by what they claim (`claims`), `neutral` asks unrelated hosts, and `policy` decides who may be contacted
at all and keeps the ledger. `classify` is the one place where an exception becomes a code.
"""
