"""The stub engine: answers as each shape tells it, and keeps the ledger that is the truth."""
