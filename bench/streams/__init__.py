"""Many streams at a time through the sandbox's gateway: every token counted, and how it compares with the engine."""
