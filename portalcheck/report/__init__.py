"""From a diagnosis to what people and programs read: the report itself, its formats, block, phone code and history.

All is pure but for `history`, which keeps the last report. Not for judging (`diagnosis`), nor for the words themselves
(`words`), nor for where an output goes (`cli`).
"""
