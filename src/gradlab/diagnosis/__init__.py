"""Room 4, which mistake is likely: one small rule for each code, and the evidence that ranks them."""
