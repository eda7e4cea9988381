"""Where a model comes from."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.section import HttpUrl, PinnedImage, Section, rule

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]*"

RepoId = Annotated[str, StringConstraints(pattern=rf"^{_SEGMENT}/{_SEGMENT}$", max_length=193)]
"""Owner and name of a repository (huggingface_hub, utils/_validators.py: 96 characters each)."""

Revision = Annotated[str, StringConstraints(pattern=rf"^{_SEGMENT}(/{_SEGMENT})*$", max_length=255)]
"""A commit, tag or branch."""

Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
"""A commit by its full number; nothing else stays what it is."""

Glob = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._*?\[\]!/-]+$", max_length=255)]
"""A pattern of file names as a shell has them; `*` also matches `/`."""

S3Prefix = Annotated[str, StringConstraints(pattern=rf"^{_SEGMENT}(/{_SEGMENT})*/?$", max_length=500)]
"""A folder of a bucket: letters, digits, `-`, `.`, `_` and `/` (odh-tec and the guides warn of any other sign)."""

MAIN = "main"
"""The branch of a repository that is meant when no revision is named (huggingface_hub, constants.py)."""

DUPLICATES = (
    "*.bin",
    "*.pt",
    "*.pth",
    "*.h5",
    "*.msgpack",
    "*.onnx",
    "*.gguf",
    "consolidated*",
    "original/*",
)
"""Files that hold the weights a second time in formats of other programs; a repository often has several."""


class HuggingFace(Section):
    """A repository of the model hub."""

    repo: RepoId = Field(description="Repository, such as `ibm-granite/granite-3.3-2b-instruct`.")
    revision: Revision | None = Field(
        default=None,
        description="Commit of the repository, 40 hexadecimal digits; required outside `dev`. When left out, the head "
        "of `main` at the time of the import.",
    )
    allow: tuple[Glob, ...] = Field(
        default=(), description="Patterns of the files that are imported. When left out, all that `deny` leaves."
    )
    deny: tuple[Glob, ...] = Field(
        default=DUPLICATES,
        description="Patterns of files that are not imported. When left out, formats in which repositories keep the "
        "weights a second time beside safetensors.",
    )

    @property
    def prefix(self) -> str:
        """Folder of the bucket: `<owner>/<name>/<revision>/`, so that two revisions lie side by side."""
        return f"{self.repo}/{self.revision or MAIN}/"


class Source(Section):
    """Where a model comes from: exactly one of the keys."""

    oci: PinnedImage | None = Field(
        default=None, description="An image that holds the weights below `/models` (a modelcar), pinned by digest."
    )
    huggingface: HuggingFace | None = Field(
        default=None,
        description="A repository of the model hub; a Job copies each revision once into the bucket of `modelStore`.",
    )
    s3_prefix: S3Prefix | None = Field(
        default=None,
        description="Folder of the bucket of `modelStore` in which the weights already lie, such as "
        "`granite-33-2b-instruct`.",
    )
    external: HttpUrl | None = Field(
        default=None,
        description="Base URL of a server that somebody else runs; this stack then declares its API alone.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = self._given()
        if len(given) != 1:
            raise rule(
                given=f"{' and '.join(given)} were given" if given else "no source was given",
                allowed=f"exactly one of the keys {', '.join(_KINDS[:-1])} and {_KINDS[-1]}",
                remedy=("remove " if given else "add ") + " or ".join(f"{{path}}.{kind}" for kind in given or _KINDS),
            )
        return self

    @property
    def kind(self) -> Literal["oci", "huggingface", "s3Prefix", "external"]:
        """The key that is given."""
        return self._given()[0]

    @property
    def bucket_prefix(self) -> str | None:
        """Folder of the model store's bucket that holds the weights, with a slash at its end; nothing for no bucket.

        KServe takes every object whose key begins with the path: without the slash `granite` also takes `granite-8b`.
        """
        if self.huggingface is not None:
            return self.huggingface.prefix
        return None if self.s3_prefix is None else f"{self.s3_prefix.rstrip('/')}/"

    def _given(self) -> list[Literal["oci", "huggingface", "s3Prefix", "external"]]:
        values = (self.oci, self.huggingface, self.s3_prefix, self.external)
        return [kind for kind, value in zip(_KINDS, values, strict=True) if value is not None]


_KINDS: tuple[Literal["oci", "huggingface", "s3Prefix", "external"], ...] = (
    "oci",
    "huggingface",
    "s3Prefix",
    "external",
)
