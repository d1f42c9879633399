"""What `windvane models …` does and says."""

from collections.abc import Iterator
from pathlib import Path

from functions.aws.failures import SDK_ERRORS, explain
from functions.cli import wiring
from functions.cli.errors import NotDeployedError, RefusedError
from functions.cli.output import Output
from functions.contracts.drift_method import TITLES
from functions.contracts.model_checks import check_all_model_folders, check_model_folder
from functions.contracts.model_folder import (
    MODELS_DIRECTORY,
    Problem,
    find_model_names,
    load_model_spec,
)
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias, format_version


def list_models(out: Output, *, stage: str | None) -> None:
    """Show the folders and, where a stage answers, their champions."""
    names = find_model_names()
    champions = _champions(out, names, stage)
    rows: list[dict[str, object]] = []
    for name in names:
        spec = load_model_spec(name)
        rows.append(
            {
                "model": name,
                "task": str(spec.task),
                "features": len(spec.features),
                "owner": spec.owner,
                "champion": champions.get(name),
            }
        )
    out.table(
        ["model", "task", "features", "owner", "champion"], [list(row.values()) for row in rows]
    )
    out.result(rows)


def check(out: Output, *, names: tuple[str, ...], directory: Path = MODELS_DIRECTORY) -> None:
    """Show every mistake in the folders; raise RefusedError if there is one."""
    chosen = names or tuple(check_all_model_folders(directory))
    problems = {name: check_folder(name, directory) for name in chosen}
    for name, found in problems.items():
        out.line(f"{'✗' if found else '✓'} {name}", style="red" if found else "green")
        for problem in found:
            out.line(f"  {problem}")
    listed = [
        {"model": name, "file": p.file, "key": p.key, "value": p.value, "remedy": p.remedy}
        for name, found in problems.items()
        for p in found
    ]
    out.result({"checked": list(chosen), "problems": listed})
    if listed:
        msg = f"{len(listed)} mistake{'s' if len(listed) > 1 else ''} in the model folders"
        raise RefusedError(msg)


def check_folder(name: str, directory: Path = MODELS_DIRECTORY) -> tuple[Problem, ...]:
    """Return every mistake in one model folder; the pipeline is tried if nothing else is wrong."""
    problems = check_model_folder(name, directory)
    if problems:
        return problems
    from functions.cli.model_trial import try_pipeline

    return try_pipeline(name, load_model_spec(name, directory), directory)


def show(out: Output, *, model: str) -> None:
    """Show what a folder's model.toml says."""
    spec = load_model_spec(model)
    training, drift = spec.training, spec.drift
    out.fields(
        {
            "model": spec.name,
            "task": str(spec.task),
            "owner": spec.owner,
            "about": spec.description,
            "target": f"{spec.target.name} {list(spec.target.classes) or ''}".strip(),
            "training": f"{training.search}, {training.candidates} candidates, {training.metric}",
            "gates": "; ".join(_gates(spec)),
            "drift": (
                f"{TITLES[drift.method]} {drift.threshold_of(drift.method)} over "
                f"{drift.window_hours} h, {drift.schedule}"
            ),
        }
    )
    out.line()
    out.table(
        ["feature", "type", "from", "to", "missing allowed", "categories"],
        [
            [
                f.name,
                str(f.type),
                f.minimum,
                f.maximum,
                f.allows_missing,
                ", ".join(f.categories) or None,
            ]
            for f in spec.features
        ],
    )
    out.result(spec.model_dump(mode="json"))


def _gates(spec: ModelSpec) -> Iterator[str]:
    """Yield the gates as a person would say them."""
    for name, bound in spec.gates.absolute.items():
        if bound.minimum is not None:
            yield f"{name} at least {bound.minimum}"
        if bound.maximum is not None:
            yield f"{name} at most {bound.maximum}"
    if spec.gates.champion is not None:
        gain = spec.gates.champion.minimum_gain
        yield f"{spec.gates.champion.metric} {gain:+} against the champion"


def _champions(out: Output, names: tuple[str, ...], stage: str | None) -> dict[str, str]:
    """Return the champions by model; none where no stage answers, which a remark says."""
    try:
        registry = wiring.registry(wiring.open_stage(stage))
        pointers = {name: registry.find_alias(name, Alias.CHAMPION) for name in names}
    except (NotDeployedError, *SDK_ERRORS) as error:
        if stage is not None:
            raise
        out.remark(f"champions are unknown: {explain(error) or 'no stage is deployed'}")
        return {}
    return {
        name: format_version(name, pointer.number) for name, pointer in pointers.items() if pointer
    }
