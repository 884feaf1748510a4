"""Measurements of this machine; they print figures and never fail on time."""
