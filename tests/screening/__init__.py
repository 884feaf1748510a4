"""Words in, assessment out."""
