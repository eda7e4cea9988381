"""Debian packages are unpacked into the cache, by whatever lists apt has, and never installed."""

import io
import shutil
from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, Machine, everything_below
from toolchain import debian
from toolchain.debian import NoPackagesError
from toolchain.layout import Layout
from toolchain.session import Session, session

_APT_CACHE = """\
echo "apt-cache $*" >> "$CALLS"
fresh=; case "$*" in *Dir::State::lists=*) fresh=yes;; esac
for word in "$@"; do
  case "$word" in
    policy|-o|APT::*|Dir::*) continue;;
  esac
  version="9.0-1"
  if [ -e "$FAKES/no-lists" ] && [ -z "$fresh" ]; then version="(none)"; fi
  if [ -e "$FAKES/old-$word" ]; then version="0.1"; fi
  if [ -e "$FAKES/unknown-$word" ]; then continue; fi
  printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n  Version table:\\n     %s 500\\n' "$word" "$version" "$version"
done
"""

_APT_GET = """\
echo "apt-get $*" >> "$CALLS"
case "$*" in
  *update*) if [ -e "$FAKES/no-network" ]; then echo "E: nothing is reached" >&2; exit 100; fi;;
  *download*)
    case "$*" in
      *Dir::State::lists=*) ;;
      *) if [ -e "$FAKES/half" ]; then echo old > leftover_8.0-1_amd64.deb; fi
        if [ -e "$FAKES/outdated-lists" ]; then echo "E: 404 Not Found" >&2; exit 100; fi;;
    esac
    for word in "$@"; do
      case "$word" in download|-o|APT::*|Dir::*|--quiet) continue;; esac
      echo "$word" > "${word}_9.0-1_amd64.deb"
    done;;
esac
"""

_DPKG_DEB = """\
[ "$1" = -x ]
name="${2##*/}"; name="${name%%_*}"
mkdir -p "$3/usr/lib/x86_64-linux-gnu"
printf '\\177ELF %s' "$name" > "$3/usr/lib/x86_64-linux-gnu/$name.so"
"""

_DPKG = """\
[ "$1" = --compare-versions ]
[ "$2" != 0.1 ]
"""

_LDD = """\
echo "ldd with $LD_LIBRARY_PATH" >> "$CALLS"
if [ -e "$FAKES/lacks" ]; then
  library="$(cat "$FAKES/lacks")"
  found=
  for file in "$@"; do case "$file" in */libpcre3.so) found=yes;; esac; done
  [ -n "$found" ] || printf '\\t%s => not found\\n' "$library"
fi
printf '\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n'
"""

NGINX = ("nginx", "libnginx-mod-http-lua", "libnginx-mod-http-ndk", "libluajit2-5.1-2")


@pytest.fixture
def debian_machine(machine: Machine) -> Machine:
    for name, script in {
        "apt-cache": _APT_CACHE,
        "apt-get": _APT_GET,
        "dpkg-deb": _DPKG_DEB,
        "dpkg": _DPKG,
        "ldd": _LDD,
    }.items():
        machine.command(name, script)
    return machine


def run_of(project: Checkout, stream: io.StringIO | None = None) -> Session:
    environ = project.machine.environ
    return session(Layout.of(environ, project.root), environ, stream or io.StringIO())


def asked_of_apt(machine: Machine) -> list[str]:
    """The calls of its commands."""
    return [call for call in machine.calls if call.startswith("apt-")]


def test_packages_are_unpacked_into_the_cache_and_their_versions_are_said(
    debian_machine: Machine, project: Checkout
) -> None:
    stream = io.StringIO()
    folder = debian.obtain(run_of(project, stream), "nginx")
    assert folder.is_relative_to(debian_machine.cache)
    assert {f"usr/lib/x86_64-linux-gnu/{name}.so" for name in NGINX} <= everything_below(folder)
    assert debian.versions(folder)["nginx"] == "9.0-1"
    assert "nginx 9.0-1" in stream.getvalue()


def test_the_second_call_asks_nobody(debian_machine: Machine, project: Checkout) -> None:
    first = debian.obtain(run_of(project), "wrk")
    calls = asked_of_apt(debian_machine)
    assert debian.obtain(run_of(project), "wrk") == first
    assert asked_of_apt(debian_machine) == calls


def test_nothing_but_the_packages_stays(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "no-lists").touch()
    debian.obtain(run_of(project), "nginx")
    assert not any((debian_machine.cache / "partial").iterdir())
    assert everything_below(debian_machine.folder / "home") == set()


def test_a_machine_without_lists_gets_them_for_the_time_of_the_download(
    debian_machine: Machine, project: Checkout
) -> None:
    (debian_machine.fakes / "no-lists").touch()
    debian.obtain(run_of(project), "nginx")
    update, download = (call for call in debian_machine.calls if call.startswith("apt-get"))
    for call in (update, download):
        assert f"Dir::State::lists={debian_machine.cache}/partial/" in call
        assert f"Dir::Cache={debian_machine.cache}/partial/" in call


def test_lists_that_name_a_file_which_is_gone_are_fetched_anew(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "outdated-lists").touch()
    assert debian.obtain(run_of(project), "nginx").exists()
    assert [call.split()[-1] for call in debian_machine.calls if " update " in call] == ["--quiet"]


def test_what_a_failed_download_left_is_not_unpacked(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "outdated-lists").touch()
    (debian_machine.fakes / "half").touch()
    folder = debian.obtain(run_of(project), "nginx")
    assert not [name for name in everything_below(folder) if "leftover" in name]


def test_an_archive_that_fails_to_update_may_not_matter(debian_machine: Machine, project: Checkout) -> None:
    for name in ("no-lists", "no-network"):
        (debian_machine.fakes / name).touch()
    assert debian.obtain(run_of(project), "nginx").exists()


@pytest.mark.parametrize("command", ["apt-get", "apt-cache", "dpkg-deb", "dpkg", "ldd"])
def test_a_machine_without_apt_says_what_it_lacks(debian_machine: Machine, project: Checkout, command: str) -> None:
    (debian_machine.fakes / command).unlink()
    with pytest.raises(NoPackagesError) as caught:
        debian.obtain(run_of(project), "nginx")
    assert caught.value.reason == f"nginx of Debian packages cannot be had here: there is no {command} on the PATH"
    assert "do:" in str(caught.value)


def test_an_unknown_package_is_named(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "unknown-lua-cjson").touch()
    with pytest.raises(NoPackagesError, match="apt knows no package lua-cjson"):
        debian.obtain(run_of(project), "nginx")


def test_a_package_that_is_too_old_is_named_with_both_versions(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "old-nginx").touch()
    with pytest.raises(NoPackagesError, match=r"apt has nginx 0\.1, needed is 1\.22\.1 or newer"):
        debian.obtain(run_of(project), "nginx")


def test_a_library_that_the_machine_lacks_is_unpacked_beside(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "lacks").write_text("libpcre.so.3")
    folder = debian.obtain(run_of(project), "nginx")
    assert (folder / "usr/lib/x86_64-linux-gnu/libpcre3.so").exists()
    assert debian.versions(folder)["libpcre3"] == "9.0-1"
    assert any(
        call.startswith("ldd with") and call.endswith("/usr/lib/x86_64-linux-gnu") for call in debian_machine.calls
    )


def test_a_library_that_the_machine_has_lost_since_is_fetched(debian_machine: Machine, project: Checkout) -> None:
    folder = debian.obtain(run_of(project), "nginx")
    assert "libpcre3" not in debian.versions(folder)
    (debian_machine.fakes / "lacks").write_text("libpcre.so.3")
    assert debian.obtain(run_of(project), "nginx") == folder
    assert (folder / "usr/lib/x86_64-linux-gnu/libpcre3.so").exists()
    calls = asked_of_apt(debian_machine)
    assert debian.obtain(run_of(project), "nginx") == folder
    assert asked_of_apt(debian_machine) == calls


def test_what_cannot_be_shown_to_run_is_not_given(debian_machine: Machine, project: Checkout) -> None:
    debian.obtain(run_of(project), "nginx")
    (debian_machine.fakes / "ldd").unlink()
    with pytest.raises(NoPackagesError, match="there is no ldd on the PATH"):
        debian.obtain(run_of(project), "nginx")


def test_a_library_that_no_package_is_known_for_is_named(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "lacks").write_text("libnovel.so.7")
    with pytest.raises(NoPackagesError, match=r"no package is known for the library libnovel\.so\.7"):
        debian.obtain(run_of(project), "nginx")


def test_a_failure_leaves_nothing_and_the_next_call_succeeds(debian_machine: Machine, project: Checkout) -> None:
    (debian_machine.fakes / "old-nginx").touch()
    with pytest.raises(NoPackagesError):
        debian.obtain(run_of(project), "nginx")
    assert not list(debian_machine.cache.glob("debian-*"))
    (debian_machine.fakes / "old-nginx").unlink()
    assert debian.obtain(run_of(project), "nginx").exists()


def test_another_least_version_is_another_entry(debian_machine: Machine, project: Checkout) -> None:
    first = debian.obtain(run_of(project), "wrk")
    table = project.root / "toolchain" / "debian.toml"
    table.write_text(table.read_text(encoding="utf-8").replace('wrk = "4.1.0"', 'wrk = "4.2.0"'), encoding="utf-8")
    assert debian.obtain(run_of(project), "wrk") != first


def test_everything_is_reported_with_its_folder(debian_machine: Machine, project: Checkout) -> None:
    stream = io.StringIO()
    debian.report(run_of(project), stream)
    told = dict(line.split() for line in stream.getvalue().splitlines())
    assert set(told) == {"debian-nginx", "debian-luacheck", "debian-wrk"}
    assert all((Path(folder) / "usr").is_dir() for folder in told.values())
    assert debian_machine.calls


def test_the_table_names_packages_and_no_host() -> None:
    root = Path(__file__).resolve().parents[2]
    assert set(debian.tables(root)) == {"nginx", "luacheck", "wrk", "libraries"}
    assert "://" not in (root / "toolchain" / "debian.toml").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="there is no dpkg-deb on this machine")
def test_a_real_package_is_unpacked_with_its_links(project: Checkout, debian_machine: Machine, tmp_path: Path) -> None:
    source = tmp_path / "package"
    (source / "DEBIAN").mkdir(parents=True)
    (source / "usr" / "lib").mkdir(parents=True)
    (source / "usr" / "lib" / "tool.so.1").write_text("tool")
    (source / "usr" / "lib" / "tool.so").symlink_to("tool.so.1")
    fields = {"Package": "wrk", "Version": "9.0-1", "Architecture": "amd64", "Maintainer": "A Test <a@example.invalid>"}
    control = "".join(f"{name}: {value}\n" for name, value in fields.items()) + "Description: a test\n"
    (source / "DEBIAN" / "control").write_text(control)
    real = shutil.which("dpkg-deb")
    debian_machine.command("dpkg-deb", f'PATH=/usr/bin:/bin exec {real} "$@"\n')
    run = run_of(project)
    run.run("debian", ["dpkg-deb", "--build", str(source), str(debian_machine.fakes / "real.deb")], environ=run.environ)
    debian_machine.command("apt-get", 'case "$*" in *download*) cp "$FAKES/real.deb" wrk_9.0-1_amd64.deb;; esac\n')
    folder = debian.obtain(run, "wrk")
    assert (folder / "usr" / "lib" / "tool.so").read_text() == "tool"
    assert (folder / "usr" / "lib" / "tool.so").is_symlink()


def test_the_command_says_where_everything_is(
    debian_machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.run("debian") == 0
    assert f"debian-wrk               {debian_machine.cache}/debian-wrk-" in capsys.readouterr().out


def test_the_command_fails_where_there_is_no_apt(
    debian_machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (debian_machine.fakes / "apt-get").unlink()
    assert project.run("debian") == 1
    assert "there is no apt-get on the PATH" in capsys.readouterr().err
