"""Texts that no database takes, sent where no form reads them."""

import pytest

from mailboxes.imports.models import ImportJob

HALF = "\ud800"


def upload(**sent):
    return {"kind": "alias", "content": "a@acme.test;b@acme.test\n", **sent}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/imports", upload(content=HALF)),
        ("/imports", upload(file_name=HALF)),
        ("/domains", {"name": HALF}),
        ("/mailboxes", {HALF: 1}),
        ("/aliases", {"local_part": "n", "domain": "acme.test", "targets": [HALF]}),
    ],
)
def test_half_a_character_is_no_json(api, domain, path, body):
    response = api.post(path, body)
    assert response.status_code == 400
    assert response.json()["detail"] == "The body has to be JSON, in UTF-8."


def test_a_nul_is_said_beside_its_field(api, domain):
    response = api.post("/imports", upload(file_name="a\0.csv"))
    assert response.status_code == 422
    [entry] = response.json()["errors"]
    assert entry["pointer"] == "#/file_name"
    assert entry["detail"] == "Leave out the characters that cannot be seen."
    assert not ImportJob.objects.exists()


def test_also_inside_a_list(api, domain):
    sent = {"local_part": "n", "domain": "acme.test", "targets": ["a@b.test", "\0"]}
    response = api.post("/aliases", sent)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "#/targets")
