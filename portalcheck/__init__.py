"""Finds out, on the patient's own computer, why a patient portal cannot be reached or signed in to."""

__version__ = "0.1.0"
