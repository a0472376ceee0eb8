"""The page of `portalcheck guide`: served on the loopback, opened in the person's own browser, and what comes back.

It shows a run as it goes, leads through the article's steps, and tests the browser that it is open in. Not for
checking or judging: the run is the command line's, and what the page saw is judged by a check.
"""
