"""Does the portal's traffic go through a VPN, and would it get there without?"""
