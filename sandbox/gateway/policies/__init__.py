"""The policies this gateway knows, each with the phases it takes part in, and the one that runs others in Lua."""
