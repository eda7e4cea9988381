"""What a request shape is made of, as data: how it is asked, how the engine answers, how the client behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
EMBEDDINGS = "/v1/embeddings"
RESPONSES = "/v1/responses"
RERANK = "/v1/rerank"
AUDIO = "/v1/audio/transcriptions"
MODELS = "/v1/models"

JSON = "application/json"
SSE = "text/event-stream; charset=utf-8"
"""As vLLM sends it (Starlette adds the charset to every text type)."""

HEADER_SHAPE = "X-Metering-Shape"
HEADER_REQUEST = "X-Metering-Request"
"""Headers that a gateway has to pass on: which shape the engine acts out, and whose tokens it writes down."""

MESSAGES = '"messages":[{"role":"user","content":"How long is a day?"}]'
CHAT_BODY = '{"model":"<model>",<stream>"messages":[{"role":"user","content":"How long is a day? <padding>"}]}'
"""In a body, `<stream>` becomes `"stream":true,` or nothing, `<model>` the model, `<padding>` so many letters."""


class Mode(StrEnum):
    """Whether the client asks for a stream."""

    PLAIN = "plain"
    STREAM = "stream"


BOTH = (Mode.PLAIN, Mode.STREAM)
PLAIN = (Mode.PLAIN,)
STREAM = (Mode.STREAM,)


class Usage(StrEnum):
    """Where an answer tells its usage; in a stream always only if the body that arrived asks for it."""

    END = "end"  # in a last event of its own, without choices
    NONE = "none"  # nowhere
    NULL = "null"  # null everywhere
    NULLS = "nulls"  # null in every event, numbers in the last
    CONTINUOUS = "continuous"  # in every event, growing
    SEVERAL = "several"  # in several events of its own, growing
    WITH_CHOICE = "with choice"  # in the event with the last choice
    NESTED = "nested"  # as END, and an object of the same name deeper in every document
    ONLY_NESTED = "only nested"  # deeper in the document alone: that is not the answer's usage
    DURATION = "duration"  # seconds of audio, no tokens
    NULL_FIELDS = "null fields"  # as END, with null for the details
    NULL_LAST = "null last"  # numbers, then null in a later event


class Comments(StrEnum):
    """Where comment lines (`: …`) stand in a stream."""

    NONE = "none"
    APART = "apart"  # in chunks of their own
    BEFORE = "before"  # in one chunk with the event that follows
    AFTER = "after"  # in one chunk with the event before
    INSIDE = "inside"  # between the lines of an event


class Cut(StrEnum):
    """Into which chunks the bytes of a stream are cut."""

    EVENT = "event"
    BYTE = "byte"
    BURST = "burst"
    ODD = "odd"  # 7 bytes each
    USAGE = "usage"  # inside the word "usage" and inside a number


class Gzip(StrEnum):
    """Whether the engine compresses."""

    NEVER = "never"
    ASKED = "asked"  # if the request that arrives accepts it
    ALWAYS = "always"


class Truth(StrEnum):
    """What a gateway can know of the tokens of a shape."""

    REPORTED = "reported"  # everything: what the ledger says has to be counted
    UNREPORTED = "unreported"  # the engine worked and said nothing of it
    UNREADABLE = "unreadable"  # it said it in a form that was neither asked for nor declared
    ABORTED = "aborted"  # the call did not complete: never more than the ledger says


class Order(StrEnum):
    """How several requests of one call follow each other."""

    APART = "apart"  # one after the other, a connection each
    PARALLEL = "parallel"
    KEPT_ALIVE = "kept alive"  # one after the other on one connection
    PIPELINED = "pipelined"  # all at once on one connection, answers in order
    SAME_ID = "same id"  # one after the other, with the same request id


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request, down to its bytes."""

    method: str = "POST"
    path: str = CHAT
    content_type: str = JSON
    """Empty: no such header."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = CHAT_BODY
    charset: str = "utf-8"
    padding: int = 0
    """Letters in place of `<padding>`."""
    chunk: int = 0
    """Bytes per chunk; 0: sent with its length."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """How events become bytes."""

    line_end: str = "\n"
    space: str = " "
    """Between `data:` and the text."""
    done: bool = True
    """Whether `data: [DONE]` ends the stream."""
    last_blank: bool = True
    """Whether the last line ends at all."""
    bom: bool = False
    fields: tuple[str, ...] = ()
    """Lines before `data:`; `<n>` becomes the event's number."""
    fields_after: tuple[str, ...] = ()
    multi_line: bool = False
    """Whether the JSON of an event spans several `data:` lines."""
    blanks: int = 1
    """Empty lines after an event."""
    comments: Comments = Comments.NONE
    cut: Cut = Cut.EVENT
    pause_seconds: float = 0.0
    """Before each chunk."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """How the engine answers."""

    status: int = 200
    body: str | None = None
    """A fixed answer in place of a computed one; no tokens are used up for it."""
    content_type: str | None = None
    """In place of the usual one; empty: no such header."""
    headers: tuple[tuple[str, str], ...] = ()
    usage: Usage = Usage.END
    text: str = "A day is as long as it takes."
    size: int = 0
    """Bytes of text at least, by repeating it."""
    events: int = 4
    """Into how many events the text is divided."""
    choices: int = 1
    tools: bool = False
    details: bool = False
    """Whether usage tells reasoning and cached tokens."""
    usage_first: bool = False
    ascii_only: bool = False
    """Whether all other signs are escaped; a text with half a surrogate pair has to be."""
    indent: int | None = None
    frame: Frame = field(default_factory=Frame)
    gzip: Gzip = Gzip.NEVER
    until_close: bool = False
    """Whether the body ends with the connection."""
    error_event: bool = False
    """Whether an error ends the stream in place of the last events."""
    dies: bool = False
    """Whether the connection breaks half way."""
    wait_seconds: float = 0.0
    """Before the first byte."""
    continues: bool = True
    """Whether the engine says `100 Continue` to those who expect it."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """How the client behaves on its connection."""

    version: str = "HTTP/1.1"
    count: int = 1
    order: Order = Order.APART
    send_parts: int = 1
    """Into how many parts the body is divided when it is sent slowly."""
    pause_seconds: float = 0.0
    """Between two parts sent, and between two pieces read."""
    leaves_after: int = 0
    """Bytes of the answer's body after which it closes the connection; 0: it stays."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind of call and what may be expected of a gateway."""

    name: str
    says: str
    modes: tuple[Mode, ...] = BOTH
    ask: Ask = field(default_factory=Ask)
    reply: Reply = field(default_factory=Reply)
    client: Client = field(default_factory=Client)
    truth: Truth = Truth.REPORTED
    own_answer: bool = False
    """Whether a gateway may answer in the engine's place: preflights, unknown paths, broken requests."""


def body_bytes(ask: Ask, mode: Mode, model: str) -> bytes:
    """The body as the client sends it."""
    text = ask.body.replace("<stream>", '"stream":true,' if mode is Mode.STREAM else "").replace("<model>", model)
    return text.replace("<padding>", "x" * ask.padding).encode(ask.charset)
