"""What a body says it is, for the wires that take CSV beside JSON."""

from functions.serving.errors import MediaTypeError
from functions.serving.exchange import JSON

CSV = "text/csv"
READ = (JSON, CSV)


def read_media_type(value: str, *, parameters: tuple[str, ...] = ("charset",)) -> str:
    """Return the media type of a Content-Type header, in lower case.

    Raises MediaTypeError for one that is not read, a charset other than utf-8, or a parameter that
    is none of `parameters`.
    """
    media_type, *rest = (part.strip() for part in value.split(";"))
    media_type = media_type.lower()
    given = {name.strip().lower(): text for name, _, text in (part.partition("=") for part in rest)}
    unknown = sorted(given.keys() - set(parameters))
    charset = given.get("charset", "utf-8").strip('" ').lower()
    if media_type not in READ or unknown or charset != "utf-8":
        msg = f"content-type {value[:80]!r} is not read; send {' or '.join(READ)} in UTF-8"
        raise MediaTypeError(msg)
    return media_type
