"""After a crash: find out what was being created, take over exactly that, and leave the rest to the next `up`.

Pulumi records a create before it happens and forgets it only when it ended. When the engine dies in between, the object
may or may not exist; the next `up` would create it once more. Nobody but the system it lives in knows, so it is asked.
"""
