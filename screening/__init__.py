"""Words in, RiskAssessment out: the lexicon as data and what reads it."""
