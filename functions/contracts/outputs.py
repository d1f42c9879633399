"""Names of the stacks' outputs: what the command line reads of a deployed stage.

Each output is named as the field of `CommandSettings` in camel case, such as `DataBucket`.
"""

from functions.contracts.settings import CommandSettings

OUTPUTS: dict[str, str] = {
    field: "".join(word.capitalize() for word in field.split("_"))
    for field in CommandSettings.model_fields
    if field != "stage"
}


def stack_name(stage: str, part: str) -> str:
    """Return the name of one of a stage's four stacks.

    Examples
    --------
    >>> stack_name("local", "storage")
    'windvane-local-storage'
    """
    return f"windvane-{stage}-{part}"


STACK_PARTS = ("storage", "training", "serving", "monitoring")
