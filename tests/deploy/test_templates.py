import re
import stat

import pytest

from deploy import templates
from deploy.local.servers import mail
from deploy.local.stack import CHECKOUT
from tests.mailservers.clients import STACK


@pytest.mark.parametrize("folder", ["dovecot/2.3", "dovecot/2.4", "postfix", "rspamd", "offline"])
def test_every_placeholder_has_a_value_on_this_machine(folder):
    values = mail.values(STACK)
    files = [path for path in (CHECKOUT / "deploy" / folder).rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert not templates.PLACEHOLDER.search(templates.render(path.read_text(), values))


def test_a_missing_value_is_named():
    with pytest.raises(KeyError, match="DB_HOST"):
        templates.render("host = @DB_HOST@", {})


def test_a_password_in_front_of_an_at_sign_is_found():
    assert templates.render("u:@PASSWORD@@/db", {"PASSWORD": "secret"}) == "u:secret@/db"


def test_a_file_is_replaced_with_its_rights(tmp_path):
    file = tmp_path / "deep" / "file"
    templates.replace_file(file, "one", mode=0o600)
    templates.replace_file(file, "two", mode=0o600)
    assert file.read_text() == "two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_files_with_passwords_are_closed_to_others():
    """What the stack rendered: nobody but root and the server itself may read them."""
    secrets = re.compile("|".join(STACK.secrets.values()))
    for path in STACK.folder.glob("*/conf/**/*"):
        if path.is_file() and secrets.search(path.read_text()):
            assert not path.stat().st_mode & stat.S_IROTH
