"""The JSON Schema of a configuration file, made from the shapes; for editors only."""

from __future__ import annotations

from typing import Any

from aggregator.config.shapes import (
    ExamplesShape,
    FeedShape,
    FetchShape,
    FileShape,
    ParseShape,
    PollShape,
    ServiceShape,
    TopicShape,
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a configuration file, for editors (``config/schema.json``)."""
    schema: dict[str, Any] = _tidy(FileShape.model_json_schema(by_alias=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of the news feed aggregator",
        **schema,
    }


def _tidy(schema: Any) -> Any:
    """Drop what repeats names or defaults, and write "nothing" as the reader takes it.

    pydantic offers null for every optional key; the reader takes it where a key holds other
    keys or a list (all of them commented out), and nowhere else.
    """
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(part) for key, part in schema.items() if not _is_noise(key, part)}
    if "anyOf" in tidy and {"type": "null"} in tidy["anyOf"]:
        tidy["anyOf"].remove({"type": "null"})
    if tidy.get("$ref", "").removeprefix("#/$defs/") in _MAY_BE_EMPTY:
        tidy["anyOf"] = [{"$ref": tidy.pop("$ref")}, {"type": "null"}]
    if tidy.get("type") in ("array", "object") and "properties" not in tidy:
        tidy["type"] = [tidy["type"], "null"]
    if len(tidy.get("anyOf", ())) == 1:
        tidy |= tidy.pop("anyOf")[0]
    return tidy


def _is_noise(key: str, part: Any) -> bool:
    name = key == "title" and isinstance(part, str)
    return name or (key == "default" and (part is None or isinstance(part, list | dict)))


_SECTIONS = (ServiceShape, PollShape, FetchShape, ParseShape)
_MAY_BE_EMPTY = {shape.__name__ for shape in (TopicShape, ExamplesShape, FeedShape, *_SECTIONS)}
