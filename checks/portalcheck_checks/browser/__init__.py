"""Are the browsers set to let the portal in, and are they still supplied with updates?"""
