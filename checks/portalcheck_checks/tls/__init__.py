"""Is the portal shown to be who it should be, and if not, what stands in between?"""
