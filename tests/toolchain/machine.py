"""A machine of a test's own: a checkout, a home, a cache, and commands that only pretend to build and to download.

Not a mock of the toolchain: the commands are real programs on a real PATH, so what is tested is what a user runs.
"""

import hashlib
import io
import json
import shutil
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from toolchain.command_line import main

REAL = Path(__file__).resolve().parents[2] / "toolchain"
"""The toolchain under test."""

CRD = b"kind: CustomResourceDefinition\nmetadata:\n  name: routes.route.openshift.io\n"
MODULE = "example.invalid/openshift/api"

_GO = """\
echo "go $*" >> "$CALLS"
case "$1 $2" in
  "env GOVERSION") echo "${FAKE_GO_VERSION:-go1.26.8}";;
  "list -m") mkdir -p "$GOMODCACHE/sdk/python/cmd" "$GOMODCACHE/sdk/python/dist"
    echo exec > "$GOMODCACHE/sdk/python/cmd/pulumi-language-python-exec"
    echo shim > "$GOMODCACHE/sdk/python/dist/pulumi-resource-pulumi-python"
    echo "$GOMODCACHE/sdk";;
  "list -deps") ;;
  "mod download") mkdir -p "$GOMODCACHE/m"; cp "$FAKES/module.zip" "$GOMODCACHE/m/v.zip"
    echo "{\\"Sum\\": \\"${FAKE_SUM:-h1:right}\\", \\"Zip\\": \\"$GOMODCACHE/m/v.zip\\"}"
    chmod a-w "$GOMODCACHE/m";;
  "build "*) while [ "$1" != -o ]; do shift; done
    mkdir -p "$GOCACHE"; echo object > "$GOCACHE/object"
    name="${2##*/}"
    if [ -e "$FAKES/hang-$name" ]; then echo $$ > "$FAKES/hanging"; exec sleep 600; fi
    if [ -e "$FAKES/fail-$name" ]; then cat "$FAKES/fail-$name" >&2; exit 1; fi
    printf '#!/bin/sh\\necho built %s\\n' "$name" > "$2"; chmod +x "$2";;
  *) echo "unknown: $*" >&2; exit 64;;
esac
"""

_JAVA = """\
echo "java $*" >> "$CALLS"
cat >&2 <<END
    java.home = $FAKES/java-home
    java.specification.version = ${FAKE_JAVA_VERSION:-17}
    java.version = ${FAKE_JAVA_VERSION:-17}.0.15
END
"""

_MVN = """\
echo "mvn $* $MAVEN_OPTS JAVA_HOME=$JAVA_HOME" >> "$CALLS"
for argument in "$@"; do case "$argument" in -Dmaven.repo.local=*) repository="${argument#*=}";; esac; done
folder="$repository/org/keycloak/keycloak-quarkus-dist/26.4.0"
mkdir -p "$folder" && cp "$FAKES/keycloak.zip" "$folder/keycloak-quarkus-dist-26.4.0.zip"
"""

_CRDS = f"""\
only_in_mirror = ["apps.3scale.net/apimanagers.yaml"]
[[module]]
path = "{MODULE}"
version = "v1.0.0"
sum = "h1:right"
[[module.file]]
name = "route.openshift.io/routes.yaml"
path = "routes.crd.yaml"
sha256 = "{hashlib.sha256(CRD).hexdigest()}"
"""

_UV = """\
[ "$1" != --version ] || { echo uv 1.2.3; exit; }
echo "uv $*" >> "$CALLS"
[ ! -e "$FAKES/fail-uv" ] || { cat "$FAKES/fail-uv" >&2; exit 2; }
"""


def zipped(members: dict[str, bytes], *, executable: str = "") -> bytes:
    """A zip archive; the member named `executable` has its x bit."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o755 if name == executable else 0o644) << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    """A .tar.gz archive of executable files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@dataclass
class Machine:
    """One user's machine; further checkouts share its home and its cache."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put the pretending commands on a PATH that has nothing else but the system's own tools."""
        for name in ("fakes", "home", "cache", "tmp", "system", "fakes/java-home/bin"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.fakes / "java-home" / "bin" / "java").write_text("runtime", encoding="utf-8")
        for name, script in {"go": _GO, "java": _JAVA, "mvn": _MVN, "uv": _UV}.items():
            self.command(name, script)
        for name in ("sh", "mkdir", "cp", "cat", "chmod", "sleep"):
            (self.folder / "system" / name).symlink_to(shutil.which(name) or name)
        keycloak = zipped(
            {"keycloak-26.4.0/version.txt": b"Keycloak - Version 26.4.0\n", "keycloak-26.4.0/bin/kc.sh": b""}
        )
        (self.fakes / "keycloak.zip").write_bytes(keycloak)
        (self.fakes / "module.zip").write_bytes(zipped({f"{MODULE}@v1.0.0/routes.crd.yaml": CRD}))
        self.environ = {
            "PATH": f"{self.fakes}:{self.folder / 'system'}",
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "FAKES": str(self.fakes),
            "CALLS": str(self.folder / "calls"),
        }

    @property
    def fakes(self) -> Path:
        """Where the pretending commands are, and the files that steer them."""
        return self.folder / "fakes"

    @property
    def cache(self) -> Path:
        """The toolchain's cache."""
        return self.folder / "cache" / "maas" / "toolchain"

    @property
    def calls(self) -> list[str]:
        """Every call of a pretending command so far, one line each."""
        file = self.folder / "calls"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    @property
    def builds(self) -> list[str]:
        """Names of the programs that were built so far."""
        return [
            call.split(" -o ")[1].split()[0].rsplit("/", 1)[1] for call in self.calls if call.startswith("go build")
        ]

    def command(self, name: str, script: str) -> None:
        """Put a shell script on the PATH."""
        path = self.fakes / name
        path.write_text(f"#!{shutil.which('sh')}\nset -e\n{script}", encoding="utf-8")
        path.chmod(0o755)

    def checkout(self, name: str = "project") -> "Checkout":
        """A checkout of the project with the real pins, but for the sums of what the test itself made."""
        return Checkout(self, self.folder / name)


@dataclass
class Checkout:
    """One checkout on a machine."""

    machine: Machine
    root: Path

    def __post_init__(self) -> None:
        """Copy the toolchain and make a virtual environment that only looks like one."""
        target = self.root / "toolchain"
        (target / "stand_ins").mkdir(parents=True)
        for path in [*REAL.glob("*.py"), *REAL.glob("*.toml")]:
            shutil.copy(path, target)
        for name in ("kubernetes", "keycloak", "language_python"):
            (target / "stand_ins" / name).mkdir()
            (target / "stand_ins" / name / "__main__.py").write_text(f"import sys; print('{name}', sys.argv[1:])\n")
        for name, directive in {"pulumi": "1.26", "kubernetes": "1.26.0"}.items():
            (target / "go" / name).mkdir(parents=True)
            (target / "go" / name / "go.mod").write_text(f"module m\n\ngo {directive}\n", encoding="utf-8")
            (target / "go" / name / "go.sum").write_text("sum\n", encoding="utf-8")
        (self.root / "requirements.lock").write_text(f"uv==1.2.3 \\\n    --hash=sha256:{'a' * 64}\n", encoding="utf-8")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        (self.root / ".venv" / "lib" / version / "site-packages" / "pip").mkdir(parents=True)
        (self.root / ".venv" / "bin").mkdir()
        (self.root / ".venv" / "bin" / "python").symlink_to(sys.executable)
        self.pin("keycloak", sha256=sha(self.machine.fakes / "keycloak.zip"))
        for tool in tomllib.loads((target / "tools.toml").read_text(encoding="utf-8")):
            # No test reaches a real host: port 9 of the loopback refuses.
            self.pin(tool, url="http://127.0.0.1:9/")
        (target / "crds.toml").write_text(_CRDS, encoding="utf-8")

    @property
    def manifest(self) -> dict[str, object]:
        """The manifest."""
        found: dict[str, object] = json.loads((self.root / ".toolchain" / "manifest.json").read_text(encoding="utf-8"))
        return found

    def source(self, tool: str) -> str:
        """Where a tool came from, as the manifest says."""
        tools = self.manifest["tools"]
        assert isinstance(tools, dict)
        return str(tools[tool]["source"])

    def pin(self, tool: str, **fields: str) -> None:
        """Change fields of a tool in `tools.toml`."""
        file = self.root / "toolchain" / "tools.toml"
        tools = tomllib.loads(file.read_text(encoding="utf-8"))
        tools[tool] |= fields
        lines = []
        for name, values in tools.items():
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, *arguments: str, **environ: str) -> int:
        """Run the command line in this process; returns its exit code."""
        return main([*arguments], {**self.machine.environ, **environ}, self.root)

    def command(self) -> list[str]:
        """The command that starts this checkout's own toolchain as a program."""
        return [sys.executable, str(self.root / "toolchain")]


def sha(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def everything_below(folder: Path) -> set[str]:
    """Names of all files below a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def is_alive(process: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
