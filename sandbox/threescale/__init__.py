"""A simulated 3scale tenant: Admin API, developer portal pages, authorisation calls and usage statistics."""
