from dynamic_providers.threescale import password_trace


def test_a_trace_recognises_its_password_and_no_other() -> None:
    kept = password_trace.of("correct horse")
    assert password_trace.same("correct horse", kept)
    assert not password_trace.same("battery staple", kept)
    assert "correct" not in kept


def test_two_traces_of_one_password_differ() -> None:
    assert password_trace.of("correct horse") != password_trace.of("correct horse")


def test_a_trace_of_a_trace_is_itself() -> None:
    kept = password_trace.of("correct horse")
    assert password_trace.of(kept) == kept
    assert password_trace.same(kept, kept)


def test_nothing_equals_a_password_that_was_never_declared() -> None:
    assert not password_trace.same(None, None)
    assert not password_trace.same("correct horse", None)
    assert not password_trace.same(None, password_trace.of("correct horse"))
