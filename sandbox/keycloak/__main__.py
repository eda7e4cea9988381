"""Becomes Keycloak: `python -m sandbox.keycloak`, configured by the environment a Keycloak pod has."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.keycloak.installation import install
from sandbox.manifest import load_tools

# Of the pod's settings only these mean the same here; its database, certificates and cluster do not exist.
_KEPT = ("KC_HOSTNAME", "KC_BOOTSTRAP_ADMIN_", "KC_LOG_LEVEL", "KC_FEATURES", "KC_HTTP_RELATIVE_PATH")
# Measured on 26.4: the defaults of kc.sh take 490 MB; one compiler stage and the serial collector start faster, too.
_JAVA = (
    "-Xms48m -Xmx256m -XX:MetaspaceSize=96M -XX:MaxMetaspaceSize=224m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
    "-XX:ReservedCodeCacheSize=48m -XX:+ExitOnOutOfMemoryError -Xss512k -Dfile.encoding=UTF-8 "
    "-Djava.security.egd=file:/dev/urandom -XX:-UsePerfData"
)


def command_line(home: Path, environment: dict[str, str]) -> list[str]:
    """The server's command line: loopback only, its database a file in its own folder."""
    words = [
        str(home / "bin" / "kc.sh"),
        "start-dev",
        "--db=dev-file",
        "--http-host=127.0.0.1",
        f"--http-port={environment['SANDBOX_PORT_8080']}",
        "--proxy-headers=xforwarded",
    ]
    if management := environment.get("SANDBOX_PORT_9000"):
        words += ["--health-enabled=true", f"--http-management-port={management}", "--http-management-scheme=http"]
    return words


def server_environment(environment: dict[str, str], java_home: Path | None) -> dict[str, str]:
    """What the server's process gets of the pod's environment."""
    kept = {name: value for name, value in environment.items() if not name.startswith("KC_") or name.startswith(_KEPT)}
    kept["JAVA_OPTS"] = _JAVA
    if java_home is not None:
        kept["JAVA_HOME"] = str(java_home)
    return kept


def main() -> None:
    """Replace this process by the server.

    Raises:
        SandboxError: the toolchain has no Keycloak.
    """
    tools = load_tools()
    if tools.keycloak_home is None:
        raise SandboxError(
            asked="A Keycloak pod is to run the real Keycloak server.",
            value="the toolchain's manifest has no keycloak_home",
            allowed="the folder of an unpacked Keycloak distribution",
            action="run `python3 -m toolchain setup` with Maven and Java at hand",
        )
    home = install(tools.keycloak_home, Path(os.environ["SANDBOX_DIR"]) / "server")
    words = command_line(home, dict(os.environ))
    sys.stdout.flush()
    environment = server_environment(dict(os.environ), tools.java_home)
    os.execve(words[0], words, environment)  # noqa: S606 - the server takes this process's place


if __name__ == "__main__":
    main()
