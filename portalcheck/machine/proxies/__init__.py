"""The proxies that are set on this computer: one reader for each place where they are set."""
