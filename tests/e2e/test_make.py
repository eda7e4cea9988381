"""The README's commands, typed as they stand, in a copy of the project that nobody has set up before."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.deployed import PROJECT, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tracked files in a folder of their own; whatever still runs there is stopped at the end."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (PROJECT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target)
    yield folder
    make(folder, "down")


def make(folder: Path, *arguments: str, ok: tuple[int, ...] = (0,)) -> str:
    """What `make` prints in `folder`, in a person's shell whose temporary folder is a private one."""
    temporary = folder.parent / f"{folder.name}-tmp"
    temporary.mkdir(exist_ok=True)
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert done.returncode in ok, f"make {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-5000:]}"
    return done.stdout


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that work in `folder` or name it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                inside = (entry / "cwd").readlink().is_relative_to(folder)
            except OSError:
                continue
            if command and (inside or str(folder) in command):
                found.append(command)
    return found


def home_files() -> set[Path]:
    """What lies in the home folder, two levels deep; the cache aside."""
    home = Path.home()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    seen = {path for level in ("*", "*/*") for path in home.glob(level)}
    return {path for path in seen if not path.is_relative_to(cache)}


def test_the_whole_life_up_again_down(checkout: Path) -> None:
    before = home_files()
    said = make(checkout, "up")
    assert re.search(r"3scale counted [1-9]\d* tokens", said)
    curl = next(line for line in said.splitlines() if line.startswith("curl "))
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True, env=plain, cwd="/")
    assert '"choices"' in done.stdout

    platform = Platform(directory=checkout / ".sandbox")
    platform.forget_requests()
    again = make(checkout, "up")
    assert re.search(r"\b\d+ unchanged", again)
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", again)
    # The check at the end of `make up` calls the model: that is a POST through the router, and no change.
    assert [write for write in platform.writes() if not write[2].startswith("/v1/")] == []

    assert "No change." in make(checkout, "preview-comment", "STACK=dev")
    assert "nothing was pending" in make(checkout, "recover", "STACK=dev")
    assert "unchanged" in make(checkout, "preview")

    make(checkout, "down")
    assert processes_of(checkout) == []
    assert not (checkout / ".sandbox").exists()
    assert home_files() - before == set()
    assert list((checkout.parent / f"{checkout.name}-tmp").iterdir()) == []


REAL_CLUSTER = re.compile(r"## A real cluster\n\n```console\n(.*?)```", re.DOTALL)


def real_cluster(readme: Path, cluster: Path, folder: Path) -> str:
    """The README's lines for a cluster of your own, for the sandbox in `cluster`; states lie in `folder`."""
    found = REAL_CLUSTER.search(readme.read_text())
    assert found is not None
    (folder / "state").mkdir()
    lines = found[1].replace("~/.kube/config", str(cluster / "kubeconfig"))
    lines = lines.replace("file://~", f"file://{folder}/state")
    lines = lines.replace("pulumi up", "pulumi up --yes --non-interactive --skip-preview")
    yours = "s/apps.cluster.example.com/apps.maas.test/; s/storageClassName: .*/storageClassName: efs-sc/"
    return lines.replace(". <(", f"sed -i '{yours}' Pulumi.prod.yaml\n. <(")


def test_the_lines_for_a_real_cluster_bring_a_stack_up(checkout: Path, tmp_path: Path) -> None:
    """Typed as the README has them; only addresses, what the stack file says is yours, and the confirmation differ."""
    make(checkout, "setup")
    cluster, python = tmp_path / "cluster", str(checkout / ".venv" / "bin" / "python")
    subprocess.run([python, "-m", "sandbox", "start", "--dir", str(cluster)], cwd=checkout, check=True)
    try:
        proxy = Platform(directory=cluster).endpoints["proxy"]
        lines = real_cluster(checkout / "README.md", cluster, tmp_path)
        network = {
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": f"{cluster}/ca-bundle.pem",
        }
        done = subprocess.run(
            ["bash", "-e", "-c", lines],
            cwd=checkout,
            env={**os.environ, **network},
            text=True,
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert re.search(r"3scale counted [1-9]\d* tokens", done.stdout)
    finally:
        subprocess.run([python, "-m", "sandbox", "stop", "--clean", "--dir", str(cluster)], cwd=checkout, check=True)


def test_a_command_without_its_stack_says_so_in_one_line(checkout: Path) -> None:
    said = make(checkout, "recover", ok=(2,))
    assert "name the stack, for example: make recover STACK=dev" in said


def test_every_make_command_of_the_readme_exists(checkout: Path) -> None:
    readme = (checkout / "README.md").read_text()
    named = set(re.findall(r"make ([a-z-]+)", readme))
    targets = set(re.findall(r"^([a-z-]+):", (checkout / "Makefile").read_text(), re.MULTILINE))
    assert named
    assert named - targets == set()
