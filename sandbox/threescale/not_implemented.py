"""What 3scale offers and the emulator does not: method and path, from the descriptions porta ships (doc/active_docs).

Such a call answers 501 and names the operation. Paths that are neither here nor implemented answer 404.
"""

from __future__ import annotations

NOT_IMPLEMENTED = (
    "DELETE /admin/api/accounts/{id}/credit_card",
    "PUT /admin/api/accounts/{id}/credit_card",
    "POST /master/api/providers",
    "DELETE /master/api/providers/{id}",
    "GET /master/api/providers/{id}",
    "PUT /master/api/providers/{id}",
    "POST /master/api/providers/{provider_id}/accounts/{account_id}/billing_jobs",
    "POST /master/api/providers/{provider_id}/billing_jobs",
    "GET /transactions/oauth_authorize",
    "GET /transactions/oauth_authrep",
    "GET /api/accounts/{account_id}/invoices",
    "GET /api/accounts/{account_id}/invoices/{id}",
    "GET /api/invoices",
    "POST /api/invoices",
    "GET /api/invoices/{id}",
    "PUT /api/invoices/{id}",
    "POST /api/invoices/{id}/charge",
    "PUT /api/invoices/{id}/state",
    "GET /api/invoices/{invoice_id}/line_items",
    "POST /api/invoices/{invoice_id}/line_items",
    "DELETE /api/invoices/{invoice_id}/line_items/{id}",
    "GET /api/invoices/{invoice_id}/payment_transactions",
)
