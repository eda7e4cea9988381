"""`python -m sandbox.threescale`: one tenant on loopback ports; the first line on stdout names them."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from sandbox import two_ports
from sandbox.request_log import RequestLog
from sandbox.threescale.app import Emulator
from sandbox.threescale.fixture import seed
from sandbox.threescale.server import Server
from sandbox.threescale.store import Store
from sandbox.threescale.tenant import Options, Tenant
from sandbox.two_ports import Listener


def options(environment: dict[str, str]) -> Options:
    """The tenant as the container's environment describes it."""
    defaults = Options()
    return Options(
        name=environment.get("TENANT_NAME") or defaults.name,
        domain=environment.get("SANDBOX_DOMAIN") or defaults.domain,
        release=environment.get("THREESCALE_RELEASE") or defaults.release,
        access_token=environment.get("ADMIN_ACCESS_TOKEN", ""),
        apicast_token=environment.get("APICAST_ACCESS_TOKEN", ""),
        admin_user=environment.get("ADMIN_USER") or environment.get("USER_LOGIN") or defaults.admin_user,
        admin_password=environment.get("ADMIN_PASSWORD") or environment.get("USER_PASSWORD", ""),
        admin_email=environment.get("ADMIN_EMAIL") or environment.get("USER_EMAIL") or defaults.admin_email,
        service_token_delay=float(environment.get("SERVICE_TOKEN_DELAY_SECONDS") or defaults.service_token_delay),
        sample_data_delay=float(environment.get("SAMPLE_DATA_DELAY_SECONDS") or defaults.sample_data_delay),
        sample_data_status=int(environment.get("SAMPLE_DATA_STATUS") or defaults.sample_data_status),
        proxy=environment.get("SANDBOX_PROXY", ""),
        ca_file=environment.get("SANDBOX_CA_FILE", ""),
        purge_delay=float(environment.get("PURGE_DELAY_SECONDS") or defaults.purge_delay),
    )


def opened(folder: Path, chosen: Options) -> Tenant:
    """The tenant whose state is in that folder; a new one is filled as a fresh installation is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "threescale.sqlite"
    file.touch(mode=0o600)
    tenant = Tenant(chosen, Store(file))
    if not tenant.store.rows("provider"):
        seed(tenant)
    return tenant


async def serve(environment: dict[str, str], folder: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    tenant = opened(folder, options(environment))
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), "threescale")
    server = Server(Emulator(tenant), log)
    port, control_port = (int(environment.get(name) or 0) for name in ("SANDBOX_PORT_3000", "CONTROL_PORT"))
    # Without the cancelling, the fault `nothing` would hold the server open.
    await two_ports.serve(
        Listener(application=server.application(), port=port, cancel=True),
        Listener(application=server.control(), port=control_port, cancel=True),
    )
    log.close()
    tenant.store.close()


def main() -> None:
    """Start with the environment of this process."""
    environment = dict(os.environ)
    given = environment.get("SANDBOX_DIR")
    if given:
        asyncio.run(serve(environment, Path(given)))
        return
    with tempfile.TemporaryDirectory(prefix="threescale-") as folder:
        asyncio.run(serve(environment, Path(folder)))


if __name__ == "__main__":
    main()
