"""Can the person's own browser get to the portal, and keep cookies, as the page of `portalcheck guide` saw it there?"""
