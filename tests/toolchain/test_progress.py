"""What is shown, on a terminal and without one."""

import io

from toolchain.progress import HEARTBEAT_SECONDS, Progress, size_text


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_change_is_one_line_with_the_elapsed_time() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock)
    clock.now = 12.34
    progress.line("etcd", "3.6.8 ready")
    assert stream.getvalue() == "[  12.3 s] etcd                     3.6.8 ready\n"


def test_a_terminal_shows_a_bar_and_takes_it_away() -> None:
    stream = Terminal()
    progress = Progress(stream, Clock())
    with progress.task("pulumi"):
        progress.transferred("pulumi", 50, 100)
        progress.tick()
        assert stream.getvalue().endswith("pulumi [##########..........] 50 %")
    progress.close()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_there_is_no_bar_but_a_sign_of_life() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock)
    with progress.task("pulumi"):
        progress.transferred("pulumi", 50, 100)
        progress.tick()
        assert stream.getvalue() == ""
        clock.now = HEARTBEAT_SECONDS
        progress.tick()
        progress.tick()
        assert stream.getvalue().count("pulumi 60 s") == 1
    clock.now = 10 * HEARTBEAT_SECONDS
    progress.tick()
    assert stream.getvalue().count("\n") == 1


def test_sizes_are_written_as_people_read_them() -> None:
    assert [size_text(size) for size in (999, 12_345, 115_000_000)] == ["999 B", "12 kB", "115 MB"]
