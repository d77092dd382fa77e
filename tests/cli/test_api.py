"""Which calls are made again, and where the token goes."""

import httpx
import pytest
from kuploy_cli import api as calls
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.settings import Settings

HOST = "https://panel.example.com"


@pytest.fixture
def panel(monkeypatch):
    """`panel(answer, …)` gives an Api, the requests that it makes and the pauses between them."""
    pauses = []
    monkeypatch.setattr(calls.time, "sleep", pauses.append)

    def answering(*answers):
        sent, left = [], list(answers)

        def handle(request):
            sent.append(request)
            return left.pop(0)

        api = calls.Api(Settings(HOST, "kuploy_x"), lambda _note: None)
        api.http = httpx.Client(
            base_url=f"{HOST}/api/v1", headers=api.http.headers,
            transport=httpx.MockTransport(handle),
        )  # fmt: skip
        return api, sent, pauses

    return answering


def test_it_waits_as_long_as_the_panel_says(panel):
    too_often = httpx.Response(429, headers={"Retry-After": "37"})
    api, sent, pauses = panel(too_often, httpx.Response(200, json={"state": "disabled"}))
    assert api.do("/mailboxes/x/disable") == {"state": "disabled"}
    assert (len(sent), pauses) == (2, [37])


def test_a_creation_is_sent_again_with_the_same_key(panel):
    api, sent, _pauses = panel(httpx.Response(502), httpx.Response(201, json={}))
    api.create("/domains", {"name": "a.test"})
    first, second = (each.headers["Idempotency-Key"] for each in sent)
    assert first == second


def test_an_act_is_not_sent_again_after_an_error(panel):
    api, sent, _pauses = panel(httpx.Response(502))
    with pytest.raises(Failure) as failure:
        api.do("/mailboxes/x/disable")
    assert (len(sent), failure.value.exit_code) == (1, Exit.AWAY)


def test_the_token_goes_to_no_other_host(panel):
    link = {"Link": '<https://evil.example/api/v1/domains?after=b>; rel="next"'}
    api, sent, _pauses = panel(
        httpx.Response(200, json=[{"name": "a"}], headers=link), httpx.Response(200, json=[])
    )
    assert list(api.pages("/domains")) == [[{"name": "a"}]]
    assert {each.url.host for each in sent} == {"panel.example.com"}
    assert sent[1].url.params["after"] == "b"
