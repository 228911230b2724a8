"""Room 3, are they close enough: a verdict for every entry and every block."""
