"""What the CDK application and the functions agree on: pydantic and the standard library only."""
