"""What marks our lines among others of a log.

Standard library only: a first prediction reads this module.
"""

RECORD_KEY = "windvane"
"""The key with which every line of ours begins; a log subscription looks for it."""

MAX_LINE_BYTES = 200_000
"""CloudWatch Logs takes events of up to 262,144 bytes; longer captures are split by rows."""

DEFAULT_VARIANT = "champion"
"""What answers where no split gave the row to another version."""

MAXIMUM_ID_CHARACTERS = 128
"""Of an inference id; one that is longer cannot be captured."""

MAXIMUM_VARIANT_CHARACTERS = 64
MAXIMUM_NAME_CHARACTERS = 128
"""Of a caller and of a routing key; what is longer is cut in captures."""
