"""Lists in files, and what is said of those that cannot be read."""

import click
import pytest
from kuploy_cli.lists import mailboxes

ANN = {"remote_user": "ann", "remote_password": "old; one", "address": "ann@acme.test"}


@pytest.mark.parametrize(
    "text",
    [
        'ann;"old; one";ann@acme.test',
        'user,password,here\r\nann,"old; one",ann@acme.test\r\n\r\n',
        "\ufeffann\told; one\tann@acme.test\n",
    ],
)
def test_it_takes_what_spreadsheets_write(text):
    assert mailboxes(text, with_master=False) == [ANN]


def test_with_a_master_user_there_are_no_passwords():
    found = mailboxes("ann;ann@acme.test\n", with_master=True)
    assert found == [{"remote_user": "ann", "address": "ann@acme.test"}]


@pytest.mark.parametrize("text", ["a@b.test;secret\n", 'a@b.test;"sec"ret;x\n', 'a@b.test;"secret'])
def test_a_line_that_cannot_be_read_is_named_and_not_shown(text):
    with pytest.raises(click.UsageError) as said:
        mailboxes(text, with_master=False)
    assert "Line 1" in str(said.value)
    assert "secret" not in str(said.value)
