"""Is a proxy in the way, and does it let this computer through?"""
