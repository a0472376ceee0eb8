"""The built-in checks, one folder each: what it looks at, its reasons, its causes, its words.

`shared` holds what several of them do. Nothing outside knows a check by name: each enters by its own entry point.
"""
