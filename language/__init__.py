"""Albanian text as teenagers write it: folding, dialect and chat spelling, language detection."""
