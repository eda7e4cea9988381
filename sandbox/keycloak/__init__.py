"""The real Keycloak server, run in place of a Keycloak pod."""
