"""The policies this gateway knows, each with the phases it takes part in."""
