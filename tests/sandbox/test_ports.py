from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from sandbox.errors import SandboxError
from sandbox.ports import PortBook, free_port, is_free, listen

if TYPE_CHECKING:
    from pathlib import Path


def _taken() -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server


def test_a_free_port_can_be_listened_on_loopback_only() -> None:
    server = listen(free_port(), "asked")
    with server:
        assert server.getsockname()[0] == "127.0.0.1"
        assert not is_free(server.getsockname()[1])


def test_a_taken_port_is_refused_in_four_parts() -> None:
    with _taken() as server:
        port = server.getsockname()[1]
        with pytest.raises(SandboxError) as refusal:
            listen(port, "The sandbox's control is to listen.")
    text = str(refusal.value)
    assert "The sandbox's control is to listen." in text
    assert str(port) in text
    assert "allowed:" in text
    assert "do:" in text


def test_the_second_run_takes_the_ports_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = PortBook(path)
    ports = {name: first.port(name) for name in ("etcd", "api", "router")}
    assert len(set(ports.values())) == 3
    second = PortBook(path)
    assert {name: second.port(name) for name in ("router", "api", "etcd")} == ports


def test_a_port_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    with _taken() as server:
        taken = server.getsockname()[1]
        path.write_text(json.dumps({"etcd": taken}))
        assert PortBook(path).port("etcd") != taken


def test_two_names_never_share_a_port_of_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    port = free_port()
    path.write_text(json.dumps({"etcd": port, "api": port}))
    book = PortBook(path)
    assert book.port("etcd") != book.port("api")


def test_a_renewed_name_gets_another_port(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")
    with listen(book.port("api"), "asked") as server:
        assert book.renew("api") != server.getsockname()[1]
