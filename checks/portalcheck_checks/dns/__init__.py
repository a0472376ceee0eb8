"""Does the portal's name lead to the portal's address?"""
