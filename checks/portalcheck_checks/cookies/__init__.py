"""What do the browsers keep of the portal, and would it get in the way? Counted, never read."""
