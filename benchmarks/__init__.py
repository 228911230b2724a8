"""The benchmark: gradlab and other gradient checkers on the same costs, and who is right."""
