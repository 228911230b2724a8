"""Room 2, what finite differences say: a value and a bound for each entry."""
