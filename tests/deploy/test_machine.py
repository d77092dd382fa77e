import pytest

from deploy.local import machine
from deploy.local.errors import CannotRun
from deploy.local.stack import CHECKOUT


@pytest.mark.parametrize(
    "release",
    ['ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04"\n', 'ID=debian\nVERSION_ID="11"\n'],
)
def test_another_system_is_pointed_to_containers(tmp_path, monkeypatch, release):
    file = tmp_path / "os-release"
    file.write_text(release)
    monkeypatch.setattr(machine, "OS_RELEASE", file)
    with pytest.raises(CannotRun, match=r"Debian 12 and 13 only.*docker compose up"):
        machine.check()


def test_a_system_without_a_name_is_too(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "OS_RELEASE", tmp_path / "nothing")
    with pytest.raises(CannotRun, match="docker compose up"):
        machine.check()


@pytest.mark.parametrize("folder", ["/srv/with space", "/srv/" + "x" * 80, "/srv/at@home"])
def test_a_path_that_servers_cannot_use_is_refused(folder, tmp_path):
    with pytest.raises(CannotRun, match="set KUPLOY_RUN to a shorter one"):
        machine.check_reachable(CHECKOUT, machine.Path(folder))


def test_a_closed_checkout_says_what_to_type(tmp_path):
    checkout = tmp_path / "closed" / "project"
    checkout.mkdir(parents=True)
    (checkout / "manage.py").touch(0o644)
    for parent in checkout.parents:
        if parent.is_relative_to(tmp_path.parent.parent):
            parent.chmod(0o755)
    checkout.parent.chmod(0o700)
    with pytest.raises(CannotRun, match=f"chmod o\\+x {checkout.parent}"):
        machine.check_reachable(checkout, checkout / ".run")


def test_nothing_starts_while_packages_are_installed(tmp_path, monkeypatch):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("the administrator's own")
    monkeypatch.setattr(machine, "POLICY", policy)
    with machine._nothing_starts():
        assert "exit 101" in policy.read_text()
    assert policy.read_text() == "the administrator's own"
    assert list(tmp_path.iterdir()) == [policy]
