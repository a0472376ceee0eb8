"""The proxies that are set on this computer: one reader for each place where they can be set, and rules in one form.

Not for a script of proxy auto-configuration, nor for whether a proxy works: `probe.connect` does both.
"""
