"""Albanian text as teenagers write it."""
