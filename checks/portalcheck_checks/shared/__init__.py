"""Counterfactuals and readings that several checks make; none of them is a check."""
