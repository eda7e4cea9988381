"""The proof after `up`: a model call through the gateway, and its tokens in 3scale."""
