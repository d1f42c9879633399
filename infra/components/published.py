"""The stacks' outputs, by which the command line finds a deployed stage."""

from aws_cdk import CfnOutput, Stack

from functions.contracts.outputs import OUTPUTS


def publish(stack: Stack, setting: str, value: str) -> None:
    """Let a stack say the value of one of the settings of `CommandSettings`."""
    CfnOutput(stack, OUTPUTS[setting], value=value)
