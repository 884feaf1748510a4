"""Figures of what the service understands, on sets that nothing was built from."""
