"""A model server without a model: vLLM's OpenAI-compatible surface, exact token counts, and a ledger of every token."""
