"""Is the address really the portal's? It, where its page leads on to, and the names in its certificate."""
