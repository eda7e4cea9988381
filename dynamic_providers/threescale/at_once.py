"""How many requests a tenant gets at the same time. Plain numbers: the program reads them too, and sends nothing.

The limit is one for all provider instances of a program, each a process of its own, so it holds because there are only
OF_A_TENANT / OF_A_PROCESS of them. Beside them is the gate's: it asks one question at a time, before all others work.
"""

OF_A_TENANT = 16
"""3scale limits nothing itself (porta has no limit of requests) and lets what its few web workers cannot serve at once
wait; with two of them, and one second for a slow write, the last of 16 is answered in 8 s, far from the 60 s that a
request is given. `pulumi up --parallel N` makes it fewer."""
OF_A_PROCESS = 4
"""As many as a plugin process has workers (pulumi, sdk/python/lib/pulumi/dynamic/__main__.py); the pool of connections
holds it should there ever be more of them."""
