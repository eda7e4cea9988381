"""`adopt`: the entries of a stack file for what a tenant already has, read by the Admin API without one write."""
