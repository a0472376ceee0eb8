"""The block: a report as text that survives mail, chat and ticket systems.

`writing.write` makes the block of a text report; `reading.recover` says what the lines prove that `scanner.find_blocks`
found. Not for finding reports in what people send (`pasted`), nor for the words that an agent reads (`formats.agent`).
No input or output: text in, text out.
"""
