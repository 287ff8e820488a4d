"""A flood of sign-ins holds a few threads and no more, and takes nothing from whoever is signed in."""

from __future__ import annotations

import threading
from contextvars import Context

import pytest
from flask import Flask

from scim_app.panel import credentials, crowds
from tests.panel.conftest import HIDDEN, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"


@pytest.mark.parametrize(
    ("addresses", "at_most"), [(1, crowds.SIGN_INS_OF_ONE), (40, crowds.SIGN_INS)], ids=["one address", "many addresses"]
)
def test_so_many_sign_ins_wait_and_the_rest_are_told_to_try_again(
    app: Flask, enter: Enter, monkeypatch: pytest.MonkeyPatch, addresses: int, at_most: int
) -> None:
    owner, stranger = enter("owner"), Person(app.test_client())
    form = dict(HIDDEN.findall(stranger.get("/sign-in").text)) | {"email": "nobody@acme.example", "password": "x" * 12}
    cookie = stranger.client.get_cookie("session")
    assert cookie
    waiting, go_on = threading.Semaphore(0), threading.Event()

    def wait(*_: object) -> None:
        waiting.release()
        go_on.wait(20)

    monkeypatch.setattr(credentials.administrators, "authenticate", wait)
    monkeypatch.setattr(credentials.throttles, "delay", lambda *_: 0)
    answers: list[int] = []

    def ask(number: int) -> None:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        environ = {"REMOTE_ADDR": f"198.51.100.{number % addresses}"}
        answer = Context().run(client.post, "/sign-in", data=form, environ_base=environ)
        answers.append(answer.status_code)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0 and "Wait a few seconds" in text_of(answer)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(at_most)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=20)
    for number in range(3):
        ask(number)
    assert answers == [429] * 3
    assert owner.get(INFO).status_code == 200
    go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [403] * at_most + [429] * 3
    assert not crowds.signing_in._inside
