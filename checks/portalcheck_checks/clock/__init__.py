"""Is this computer's clock right? Measured against authenticated servers, never against a time service."""
