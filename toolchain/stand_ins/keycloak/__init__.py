"""Stand-in for `pulumi-resource-keycloak` 6.13.0: the resource types of Keycloak that the program uses."""
