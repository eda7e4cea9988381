"""Stand-in for `pulumi-language-python`: runs Pulumi programs, policy packs and source plugins written in Python."""
