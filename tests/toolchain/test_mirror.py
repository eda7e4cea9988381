"""A site's mirror: official archives under official names, and CRDs."""

import hashlib
from pathlib import Path

import pytest

from tests.toolchain.machine import CRD, Checkout, Machine, everything_below, tarred, zipped
from tests.toolchain.web import serving

CLI = "pulumi-v3.259.0-linux-x64.tar.gz"
KUBERNETES = "pulumi-resource-kubernetes-v4.32.0-linux-amd64.tar.gz"
KEYCLOAK = "pulumi-resource-keycloak-v6.13.0-linux-amd64.tar.gz"
ETCD = "etcd-v3.6.8-linux-amd64.tar.gz"
CLI_NAMES = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")


def archives() -> dict[str, bytes]:
    return {
        f"plugins/{CLI}": tarred({f"pulumi/{name}": b"official" for name in CLI_NAMES}),
        f"plugins/{KUBERNETES}": tarred({"pulumi-resource-kubernetes": b"official", "LICENSE": b"text"}),
        f"plugins/{KEYCLOAK}": tarred({"pulumi-resource-keycloak": b"official"}),
        f"plugins/{ETCD}": tarred({"etcd-v3.6.8-linux-amd64/etcd": b"official"}),
    }


def filled(folder: Path, files: dict[str, bytes]) -> str:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(folder)


def test_official_archives_leave_no_stand_in_and_nothing_to_build(
    machine: Machine, project: Checkout, tmp_path: Path
) -> None:
    place = filled(tmp_path / "mirror", archives())
    assert project.run("setup", PLUGIN_MIRROR=place) == 0
    assert project.manifest["stand_ins"] == []
    assert machine.builds == ["kube-apiserver", "kube-controller-manager"]
    assert project.source("pulumi") == f"the mirror {place}"
    host = project.root / ".toolchain" / "bin" / "pulumi-language-python"
    plugin = project.root / ".toolchain/pulumi-home/plugins/resource-kubernetes-v4.32.0/pulumi-resource-kubernetes"
    assert host.read_bytes() == plugin.read_bytes() == b"official"


def test_the_mirror_is_asked_before_any_download(project: Checkout, tmp_path: Path) -> None:
    with serving({}) as vendor:
        for tool in ("pulumi", "plugin-kubernetes", "plugin-keycloak", "etcd"):
            project.pin(tool, url=f"{vendor.url}/{tool}/")
        project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", archives()))
    assert vendor.asked == []


def test_a_newly_configured_mirror_replaces_stand_ins(project: Checkout, tmp_path: Path) -> None:
    project.run("setup")
    assert len(list(project.manifest["stand_ins"])) == 3  # type: ignore[call-overload]
    assert project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", archives())) == 0
    assert project.manifest["stand_ins"] == []


def test_what_the_mirror_lacks_comes_from_elsewhere(project: Checkout, tmp_path: Path) -> None:
    files = archives()
    place = filled(tmp_path / "mirror", {name: files[name] for name in (f"plugins/{KUBERNETES}",)})
    assert project.run("setup", PLUGIN_MIRROR=place) == 0
    assert project.manifest["stand_ins"] == ["pulumi-language-python", "pulumi-resource-keycloak"]


def test_a_new_archive_in_the_same_mirror_is_noticed(project: Checkout, tmp_path: Path) -> None:
    place = filled(tmp_path / "mirror", {f"plugins/{KUBERNETES}": archives()[f"plugins/{KUBERNETES}"]})
    project.run("setup", PLUGIN_MIRROR=place)
    filled(tmp_path / "mirror", archives())
    project.run("setup", PLUGIN_MIRROR=place)
    assert project.manifest["stand_ins"] == []


@pytest.mark.parametrize("beside", [f"{CLI}.sha256", "pulumi-3.259.0-checksums.txt"])
def test_a_wrong_sum_stops_the_set_up_and_installs_nothing(
    machine: Machine, project: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: str
) -> None:
    files = {**archives(), f"plugins/{beside}": f"{'0' * 64}  {CLI}\n".encode()}
    assert project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", files)) == 1
    assert f"allowed: SHA-256 {'0' * 64}" in capsys.readouterr().err
    assert list(machine.cache.glob("pulumi-*")) == []
    assert not (project.root / ".toolchain" / "manifest.json").exists()


def test_a_right_sum_beside_the_archive_is_accepted(project: Checkout, tmp_path: Path) -> None:
    files = archives()
    digest = hashlib.sha256(files[f"plugins/{CLI}"]).hexdigest()
    files[f"plugins/{CLI}.sha256"] = digest.encode()
    assert project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", files)) == 0


def test_a_damaged_archive_is_named(project: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"plugins/{KEYCLOAK}": archives()[f"plugins/{KEYCLOAK}"][:40]}
    assert project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", files)) == 1
    assert f"{KEYCLOAK} was to be unpacked" in capsys.readouterr().err


def test_its_crds_win_over_those_of_go_modules(machine: Machine, project: Checkout, tmp_path: Path) -> None:
    files = {
        "crds/route.openshift.io/routes.yaml": CRD + b"# the site's\n",
        "crds/apps.3scale.net/apimanagers.yaml": b"kind: CustomResourceDefinition\n",
    }
    project.run("setup", PLUGIN_MIRROR=filled(tmp_path / "mirror", files))
    crds = Path(str(project.manifest["crds"]))
    assert everything_below(crds) == {
        "entry.json",
        "route.openshift.io/routes.yaml",
        "apps.3scale.net/apimanagers.yaml",
    }
    assert (crds / "route.openshift.io" / "routes.yaml").read_bytes().endswith(b"# the site's\n")
    assert [call for call in machine.calls if call.startswith("go mod")] == []


def test_its_keycloak_is_used_without_maven(machine: Machine, project: Checkout, tmp_path: Path) -> None:
    (machine.fakes / "mvn").unlink()
    project.pin("keycloak", sha256="")
    archive = zipped({"keycloak-26.4.0/version.txt": b"Keycloak - Version 26.4.0"})
    place = filled(tmp_path / "mirror", {"plugins/keycloak-26.4.0.zip": archive})
    assert project.run("setup", PLUGIN_MIRROR=place) == 0
    assert project.source("keycloak") == f"the mirror {place}"


def test_a_url_works_like_a_folder(project: Checkout) -> None:
    files = {**archives(), "crds/route.openshift.io/routes.yaml": CRD + b"# the site's\n"}
    with serving({f"/{name}": content for name, content in files.items()}) as site:
        assert project.run("setup", PLUGIN_MIRROR=f"{site.url}/") == 0
    assert project.manifest["stand_ins"] == []
    crds = Path(str(project.manifest["crds"]))
    assert (crds / "route.openshift.io" / "routes.yaml").read_bytes().endswith(b"# the site's\n")


def test_a_url_that_cannot_be_reached_is_not_fatal(project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.run("setup", PLUGIN_MIRROR="http://127.0.0.1:9/mirror") == 0
    assert capsys.readouterr().out.count("127.0.0.1:9 cannot be reached") == 1
    assert project.source("pulumi") == "build of pinned Go modules"


def test_a_folder_that_is_not_there_is_refused(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.run("setup", PLUGIN_MIRROR="/not/there") == 1
    error = capsys.readouterr().err
    assert "'/not/there' is no folder" in error
    assert "unset it" in error
    assert machine.calls == []


def test_a_password_in_the_url_is_sent_and_never_shown(
    project: Checkout, capsys: pytest.CaptureFixture[str], machine: Machine
) -> None:
    with serving({f"/{name}": content for name, content in archives().items()}) as site:
        place = site.url.replace("http://", "http://reader:canary%21@")
        assert project.run("setup", PLUGIN_MIRROR=place) == 0
        assert site.credentials == {"reader:canary!"}
    shown = capsys.readouterr().out + str(project.manifest)
    shown += "".join(path.read_text(encoding="utf-8") for path in machine.cache.glob("*/entry.json"))
    assert "127.0.0.1" in shown
    assert "canary" not in shown
