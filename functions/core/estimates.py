"""Quality without labels: the three calls that the rest of the system needs.

When an hour is compacted, once per version::

    sums = summarize_answers(estimator, matrix, outputs)  # None of a binary classifier

When hours become a window (`None` merges with `None`)::

    sums = merge_sums(first, second)

When a window is judged::

    for estimate in estimate_quality(estimator, profile.prediction, sums):
        estimate.metric, estimate.value, estimate.sampling_error, estimate.verdict

A version without an `Estimator` (registered before there were any) has no estimate: pass it on as
`None` and nothing is summed and nothing is estimated.
"""
