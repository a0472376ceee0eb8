"""What this computer says of itself; nothing here opens a socket."""
