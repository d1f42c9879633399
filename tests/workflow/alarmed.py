"""A model with every kind of condition, under each severity."""

MODEL = "kiln_alarmed"
ALARMED = """
on_alarm = false

[alerts]
page = ["data_fault", "estimated_loss", "accuracy_score < 0.85"]
retrain = ["label_change", "accuracy_score < 0.9", "drift"]
note = ["harder_rows", "no_labels > 1 day"]
"""
"""Goes on with `[retraining]`: nothing is trained, and each request is on record."""
