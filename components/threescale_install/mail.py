"""The Secret from which 3scale takes its mail server."""

import pulumi

from components.config.stack import Secrets
from components.config.threescale_mail import Smtp
from components.threescale_install.given import given

SECRET = "system-smtp"  # noqa: S105 - the name of a Secret, not its contents
"""Name that the operator prescribes."""


def mail_entries(smtp: Smtp, domain: str, secrets: Secrets) -> dict[str, pulumi.Input[str]]:
    """Every entry that the operator knows (3scale-operator, pkg/3scale/amp/component/system.go); "" is no value.

    `domain` is the stack's own.
    """
    signs_in = smtp.username is not None
    return {
        "address": smtp.address,
        "port": str(smtp.port),
        "domain": smtp.domain or domain,
        "authentication": smtp.authentication if signs_in else "",
        "username": smtp.username or "",
        "password": given(secrets.threescale_smtp_password) if signs_in else "",
        # OpenSSL's own words (porta, config/smtp.yml).
        "openssl.verify.mode": "peer" if smtp.verify_certificate else "none",
        "from_address": smtp.from_address or "",
    }
