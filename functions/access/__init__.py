"""Who may reach the prediction API: tokens, checked before a REST API lets a request through."""
