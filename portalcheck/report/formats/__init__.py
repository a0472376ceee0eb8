"""Renderers, one file a format: pure functions from a report and a catalogue of words to text.

Not for judging (the report is final), nor for writing files, exit codes of a run or the terminal (`cli`).
"""
