"""What all shapes of mappings have in common."""

from __future__ import annotations

from typing import ClassVar, get_args

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A mapping in a file. Keys that aren't listed are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    later: ClassVar[frozenset[str]] = frozenset()
    """Keys of the design that a later version will know: refused by name, not as a typo."""

    meant: ClassVar[dict[str, str]] = {}
    """Words that other programs use → our key."""

    @classmethod
    def known(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def inner(cls, key: str) -> type[Shape] | None:
        """Return the shape of the mapping that ``key`` takes, if it takes one."""
        annotation = cls.model_fields[key].annotation if key in cls.model_fields else None
        for kind in (annotation, *get_args(annotation)):
            if isinstance(kind, type) and issubclass(kind, Shape):
                return kind
        return None
