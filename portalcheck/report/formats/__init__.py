"""Renderers: `Report -> str`, pure, one file per format; words come from the catalogue."""
