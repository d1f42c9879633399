"""The root of every error of ours, and the family by the module that raises each.

A step's error name is its class name: Step Functions sees ``GatesNotPassedError``, and the
workflow's catch records it. HTTP statuses are decided in ``functions/serving/problems.py`` alone;
they stand here in brackets.

::

    WindvaneError
    ├── contracts
    │   ├── api_clients.ClientsFileError
    │   ├── model_parsing.SpecMistakesError
    │   ├── model_problem.ModelFolderError
    │   ├── naming.NamingError
    │   ├── routes.RouteError
    │   ├── settings.SettingsError
    ├── core
    │   ├── calibration.CalibrationRowsError
    │   ├── alarm_message.MalformedAlarmError
    │   ├── alarm_message.ForeignAlarmError
    │   ├── arrays.ArrayFormatError
    │   ├── backtest_history.HistoryError
    │   ├── capture_lines.CorruptObjectError
    │   ├── classification_scores.UndefinedScoreError
    │   ├── conditional_writes.ObjectChangedError
    │   ├── divergences.BinMismatchError
    │   ├── encoding.EncodingError
    │   ├── estimates.EstimateMismatchError
    │   ├── experiments.ExperimentError
    │   ├── fault_book.UnknownFaultError
    │   ├── ground_truth.GroundTruthError [422]
    │   ├── labelled_records.LabelFileError
    │   ├── lease.StaleLeaseError
    │   ├── log_batches.MalformedLogBatchError
    │   ├── ports.ObjectNotFoundError
    │   ├── ports.ObjectExistsError
    │   ├── predictions.NotFiniteError
    │   ├── problem.RefusedError
    │   ├── problem.TooManyRowsError [413]
    │   ├── problem.TooManyValuesError [413]
    │   ├── profile.ProfileMismatchError
    │   ├── promotion.NoPreviousVersionError
    │   ├── promotion.ChampionChangedError
    │   ├── promotion.ShareError
    │   ├── records.RecordsError [422]
    │   ├── reencoding.IncomparableSchemaError
    │   ├── redriving.UnreadableLetterError
    │   ├── registry.UnknownModelError [404]
    │   ├── registry.UnknownVersionError [404]
    │   ├── registry.VersionAlreadyExistsError
    │   ├── registry.ArchivedVersionError
    │   ├── registry.AliasMovedError
    │   ├── registry.RolloutMovedError
    │   ├── registry.SplitTakenError
    │   ├── registry.UnknownExperimentError
    │   ├── retraining_ledger.LedgerMovedError
    │   ├── rollouts.RolloutOverError
    │   ├── rollouts.RolloutPausedError
    │   ├── rollouts.RolloutOvertakenError
    │   ├── replay.ReplayMismatchError
    │   ├── scores.ScoreInputError
    │   ├── scores.UnknownMetricError
    │   ├── search_space.EmptyParameterError
    │   ├── splitting.SplitError
    │   ├── served_documents.UnreadableDocumentError
    │   ├── stored_objects.AlteredObjectError
    │   ├── strict_json.MalformedJsonError [400]
    │   ├── tensors.TensorError [400]
    │   ├── tokens.TokenRefusedError
    ├── aws
    │   ├── api_keys.UnknownApiKeyError
    │   ├── drill_resources.ObjectsRemainError
    │   ├── executions.UnknownExecutionError
    │   ├── lambda_invoker.FunctionFailedError
    │   ├── metrics.MetricValueError
    │   ├── light_client.AwsAwayError
    │   ├── light_client.AwsRefusedError
    │   ├── registry_store.TransactionConflictError
    │   ├── signed_http.ApiUnreachableError
    ├── inference
    │   ├── onnx_model.ModelHashMismatchError
    │   ├── onnx_model.ModelAdmissionError
    │   ├── onnx_model.RowShapeError
    │   ├── wire.WireError
    ├── preparation
    │   ├── file_readers.UnreadableFileError
    │   ├── finish_batch.IncompleteBatchError
    │   ├── plan_batch.BatchSourceError
    ├── training
    │   ├── fitting.TrainingRowsError
    │   ├── model_code.ModelCodeError
    │   ├── onnx_export.ExportError
    │   ├── trees.UnexportableTreeError
    ├── release
    │   ├── predict_batch.ChunkMismatchError
    │   ├── register.GatesNotPassedError
    ├── serving
    │   ├── served_version.ArtifactError
    │   ├── versions.NoChampionError
    │   ├── errors.UnknownRouteError [404]
    │   ├── errors.MethodNotAllowedError [405]
    │   ├── errors.UnidentifiedCallerError [401]
    │   ├── errors.NotAllowedError [403]
    │   ├── errors.MediaTypeError [415]
    │   ├── errors.BodyTooLargeError [413]
    │   ├── errors.HeaderError [422]
    │   ├── errors.NoFiniteAnswerError [422]
    │   ├── prediction.ModelFailedError
    │   ├── errors.TryAgainError
    │   ├── errors.NothingToServeError [503]
    │   ├── errors.RegistryAwayError [503]
    │   ├── errors.NotRecordedError [503]
    │   ├── events.EventError
    ├── access
    │   ├── key_set.IssuerUnreachableError
    ├── monitoring
    │   ├── collect_captures.DeliveryError
    │   ├── detect_drift.WindowError
    │   ├── start_retraining.ClaimLostError
    ├── cli
    │   ├── demo.telling.BrokenLinkError
    │   ├── drill.links.DeadLinkError
    │   ├── errors.UsageError
    │   ├── errors.RefusedError
    │   ├── errors.NotDeployedError
    │   ├── errors.LocalCloudError
    ├── infra
    │   ├── bundling.errors.BundleError
    │   ├── stage.UnknownStageError
    │   ├── stage.ApiChoiceError
"""


class WindvaneError(Exception):
    """Anything Windvane refuses or cannot do, in one sentence fit for a user."""
