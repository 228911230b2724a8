"""Commands that look at the built site, as a reader's browser shows it."""
