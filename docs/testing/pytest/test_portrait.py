"""Which picture was sent? The same questions as in JavaScript, over HTTP."""

import base64
import uuid

import pytest
import requests


@pytest.fixture
def session():
    """Pictures, people and inbox of this test alone."""
    return {"X-Polyface-Session": uuid.uuid4().hex}


def upload(sandbox, session, portrait):
    """Stands for the code under test."""
    with portrait.open("rb") as file:
        return requests.patch(
            f"{sandbox}/users/image/upload",
            headers={"Authorization": "Bearer demo-timbu-ada", **session},
            files={"file": ("portrait.jpg", file, "image/jpeg")},
        )


def assert_received_picture(sandbox, session, **question):
    answer = requests.post(f"{sandbox}/_sandbox/expect", headers=session, json=question).json()
    assert answer["received"], answer["message"]


def test_uploads_the_portrait(sandbox, session, portrait):
    assert upload(sandbox, session, portrait).status_code == 200
    assert_received_picture(
        sandbox,
        session,
        dialect="timbu",
        subject="ada",
        format="jpeg",
        upright=True,
        withoutLocation=True,
        looksLike=base64.b64encode(portrait.read_bytes()).decode(),
    )


def test_a_wrong_picture_is_described(sandbox, session, portrait):
    upload(sandbox, session, portrait)
    with pytest.raises(AssertionError, match="format: png was asked for, jpeg was sent"):
        assert_received_picture(sandbox, session, format="png")


def test_a_server_that_fails(sandbox, session, portrait):
    """A fault for this session alone."""
    plan = [{"match": {"operationId": "uploadUserImage"}, "problem": "overloaded"}]
    requests.put(f"{sandbox}/_sandbox/faults", headers=session, json=plan)
    assert upload(sandbox, session, portrait).status_code == 503
