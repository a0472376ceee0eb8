"""The built-in checks, one folder each: what it looks at, its reasons, its causes and its words.

`shared` holds what several of them do. Checks are installed by entry points, as those of others are, and nothing
outside knows one by name. Not for finding facts: a check asks the context for them and judges.
"""
