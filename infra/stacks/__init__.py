"""The four stacks: they compose components and configure no resource."""
