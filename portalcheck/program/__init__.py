"""Builds portalcheck as a program for people who have no Python: `python3 -m portalcheck.program`, in the tree.

Needs nothing but Python: everything that the program is made of, and made with, comes from `lock.txt`, by its
hash. Nothing of this room is in an installed package.
"""
