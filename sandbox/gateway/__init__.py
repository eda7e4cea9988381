"""A simulated APIcast: routes by host, promoted configurations only, the policy chain in order, unbuffered answers."""
