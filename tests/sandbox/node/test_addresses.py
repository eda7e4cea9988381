from __future__ import annotations

import ipaddress

from sandbox.node.addresses import POD_NETWORK, Addresses


def test_addresses_are_distinct_and_inside_the_pod_network() -> None:
    addresses = Addresses()
    found = [addresses.allocate() for _ in range(300)]
    assert len(set(found)) == 300
    assert all(ipaddress.ip_address(address) in POD_NETWORK for address in found)


def test_a_pod_gets_its_former_address_when_it_is_free() -> None:
    addresses = Addresses()
    assert addresses.allocate("10.129.3.4") == "10.129.3.4"
    assert addresses.allocate("10.129.3.4") != "10.129.3.4"
    assert addresses.allocate("192.168.0.1") != "192.168.0.1"


def test_a_port_is_found_by_address_and_container_port() -> None:
    addresses = Addresses()
    first, second = addresses.allocate(), addresses.allocate()
    addresses.listen(first, 8080, 20001)
    addresses.listen(second, 8080, 20002)
    assert addresses.loopback(first, 8080) == 20001
    assert addresses.loopback(second, 8080) == 20002
    assert addresses.loopback(first, 9000) is None


def test_a_released_address_is_nobodys() -> None:
    addresses = Addresses()
    address = addresses.allocate()
    addresses.listen(address, 8080, 20001)
    addresses.release(address)
    assert addresses.loopback(address, 8080) is None
    assert addresses.allocate(address) == address


def test_a_restarted_process_listens_on_its_new_port() -> None:
    addresses = Addresses()
    address = addresses.allocate()
    addresses.listen(address, 8080, 20001)
    addresses.listen(address, 8080, 20002)
    assert addresses.loopback(address, 8080) == 20002
