"""Is there a network, and does it lead anywhere?"""
