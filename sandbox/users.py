"""Further people who may log in to the sandbox's API server: a client certificate and a kubeconfig for a name.

A certificate says who somebody is. What they may do is RBAC's business: a new user may do what everybody who logged in
may, and nothing else.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.kube.kubeconfig import write_kubeconfig
from sandbox.kube.pki import Authority
from sandbox.layout import Layout, read_json

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,62}")


def issue(layout: Layout, name: str) -> Path:
    """The kubeconfig (0600) of the user `name`, made anew; its certificate is valid for a year.

    Raises:
        SandboxError: the name cannot be one, or the sandbox was never started.
    """
    asked = f"A kubeconfig was to be made for the user {name!r} of the sandbox in {layout.root}."
    if _NAME.fullmatch(name) is None:
        raise SandboxError(
            asked=asked,
            value=repr(name),
            allowed="1 to 63 letters, digits, '.', '_', '@' and '-', a letter or digit first",
            action="choose another name",
        )
    port = read_json(layout.ports).get("kube-apiserver")
    if not isinstance(port, int):
        raise SandboxError(
            asked=asked,
            value=f"{layout.ports} names no port of kube-apiserver",
            allowed="a sandbox that has been started",
            action=f"run `python -m sandbox start --dir {shlex.quote(str(layout.root))}`",
        )
    authority = Authority(layout.pki, "kubernetes-ca")
    layout.users.mkdir(mode=0o700, exist_ok=True)
    path = layout.users / f"{name}.kubeconfig"
    client = authority.issue(f"user-{name}", name)
    write_kubeconfig(path, server=f"https://127.0.0.1:{port}", authority=authority.pem, client=client, user=name)
    return path
