"""From checks to the diagnosis: what is installed, how it is run, and what follows from what was found.

Nothing here knows a check, a reason or a cause by name: all is read from declarations.
"""
