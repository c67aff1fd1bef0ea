"""Plan to artifacts: what runs when, in which worker, and what is kept of it."""
