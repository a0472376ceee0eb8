"""Reports that come from outside: pasted, mailed, in tickets and in files of programs, wherever in a text they stand.

`scan` finds every report, as a block or as JSON, each run once, with where it stood, what is proved of it and which
limits were reached. Not for the words that an agent reads of it (`formats.agent`). No input or output.
"""
