"""A ruleset into what is true of every possible record: questions put to the prover, and what their answers mean."""
