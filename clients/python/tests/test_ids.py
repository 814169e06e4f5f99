import uuid

from millrace import ids
from millrace.outbox import traceparent


def test_event_ids_sort_in_the_order_of_their_making():
    made = [ids.event_id() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert uuid.UUID(made[0]).version == 7
    assert uuid.UUID(made[0]).variant == uuid.RFC_4122


def test_other_ids_can_be_told_by_their_form():
    assert ids.job_id().startswith("job-")
    assert len(ids.run_id()) == 32 and int(ids.run_id(), 16)


def test_submissions_are_known_again():
    first = ids.submission_id("train", b"content")
    assert first == ids.submission_id("train", b"content")
    assert first not in (ids.submission_id("train2", b"content"), ids.submission_id("train", b"other"))
    assert uuid.UUID(first).version == 8
    assert uuid.UUID(first).variant == uuid.RFC_4122


def test_a_jobs_trace_is_the_one_that_services_make_of_its_id():
    assert traceparent("job-1", "e-1") == "00-b3354f18d98b218a977c232292234293-ff5e7c173d455c89-01"
