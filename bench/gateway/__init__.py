"""What the token policy costs: the same nginx with it and without it, in one run."""
