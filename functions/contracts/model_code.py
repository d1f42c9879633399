"""Reading a model.py without running it."""

import ast
from collections.abc import Iterator

from functions.contracts.model_problem import Absent, Mistake

BUILDER = "build_pipeline"
PARAMETERS = ("params", "features")
_SIGNATURE = f"def {BUILDER}({', '.join(PARAMETERS)})"

_FOREIGN = {
    "functions": "a model folder stands alone: remove the import, and pass values as params",
    "infra": "a model folder stands alone: remove the import",
    "models": "models do not know each other: copy what is needed into this folder's model.py",
    "boto3": "a pipeline reads nothing itself: Windvane hands it the matrix",
    "botocore": "a pipeline reads nothing itself: Windvane hands it the matrix",
    "pickle": "nothing is pickled: the fitted pipeline is exported as ONNX",
    "joblib": "nothing is pickled: the fitted pipeline is exported as ONNX",
    "cloudpickle": "nothing is pickled: the fitted pipeline is exported as ONNX",
}


def find_code_mistakes(source: str) -> Iterator[Mistake]:
    """Yield what keeps a model.py from being used; it is parsed, never imported."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        text = getattr(error, "msg", str(error))
        yield Mistake(f"line {line}" if line else "(file)", "not Python", text)
        return
    for node in ast.walk(tree):
        yield from _import_mistakes(node)
    builders = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == BUILDER
    ]
    if builders:
        yield from _builder_mistakes(builders[-1])
    else:
        yield Mistake(BUILDER, Absent, f"write {_SIGNATURE} that returns a scikit-learn Pipeline")


def _import_mistakes(node: ast.AST) -> Iterator[Mistake]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
        if node.level:
            remedy = "model.py is one file: a relative import finds nothing"
            yield Mistake(f"line {node.lineno}", f"from {'.' * node.level}{names[0]}", remedy)
            return
    else:
        return
    for name in names:
        if remedy := _FOREIGN.get(name.partition(".")[0], ""):
            yield Mistake(f"line {node.lineno}", f"import {name}", remedy)


def _builder_mistakes(builder: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Mistake]:
    key = f"line {builder.lineno}"
    if isinstance(builder, ast.AsyncFunctionDef):
        yield Mistake(key, f"async def {BUILDER}", f"write {_SIGNATURE}")
    arguments = builder.args
    names = tuple(argument.arg for argument in arguments.args)
    required_keywords = [
        argument.arg
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    taken_alone = names[: len(PARAMETERS)] == PARAMETERS and not arguments.posonlyargs
    more_required = len(names) - len(PARAMETERS) > len(arguments.defaults)
    if not taken_alone or more_required or required_keywords:
        value = f"def {BUILDER}({ast.unparse(arguments)})"
        yield Mistake(key, value, f"is called with params and features: write {_SIGNATURE}")
    if not any(isinstance(node, ast.Return) and node.value for node in ast.walk(builder)):
        yield Mistake(key, f"{BUILDER} returns nothing", "return the unfitted Pipeline")
