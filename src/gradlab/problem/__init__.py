"""Room 1, what is asked: the parameters, the cost that is called, the gradients that are checked."""
