"""Does the portal's front door open: a connection, an answer, a page?"""
