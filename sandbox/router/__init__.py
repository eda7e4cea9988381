"""The simulated OpenShift router: TLS for the apps domain, Routes from the API server, reached as an HTTP proxy."""
