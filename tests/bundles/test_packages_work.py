"""The trimmed packages do their work: what is missing from them shows only when they run."""

import subprocess

import pytest

from functions.contracts.functions import Group
from infra.bundling.trimming import AWS_SERVICES
from tests.bundles.conftest import Bundles

FIT_EXPORT_AND_RUN = """
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.discovery import all_estimators
from skl2onnx import to_onnx
import onnx
import onnxruntime

assert len(all_estimators()) > 150, "an estimator's module cannot be imported"
x = np.random.default_rng(7).normal(size=(500, 4)).astype(np.float32)
x[:, 3] = np.digitize(x[:, 3], [-1, 0, 1])
y = (x[:, 0] > 0).astype(int)
steps = ColumnTransformer([
    ("numeric", make_pipeline(SimpleImputer(), StandardScaler()), [0, 1, 2]),
    ("categorical", OneHotEncoder(), [3]),
])
RandomForestRegressor(n_estimators=5, n_jobs=2).fit(x, y)
for pipeline in (make_pipeline(steps, LogisticRegression()), HistGradientBoostingClassifier()):
    graph = to_onnx(pipeline.fit(x, y), x[:1], options={"zipmap": False})
    onnx.checker.check_model(graph)
    labels, _ = onnxruntime.InferenceSession(graph.SerializeToString()).run(None, {"X": x})
    assert (labels == pipeline.predict(x)).mean() > 0.99
"""

READ_DATA = """
import duckdb
import numpy

duckdb.sql("SELECT range AS a, range / 2 AS b FROM range(10)").write_parquet("rows.parquet")
duckdb.sql("SELECT * FROM 'rows.parquet'").write_csv("rows.csv")
assert duckdb.sql("SELECT sum(a) FROM read_csv('rows.csv')").fetchall() == [(45,)]
duckdb.sql("COPY (SELECT 1 AS a) TO 'rows.json.gz'")
assert duckdb.sql("SELECT a FROM 'rows.json.gz'").fetchnumpy()["a"].sum() == 1
"""

ANSWER_REQUESTS = """
import json
from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel
import onnxruntime

class Row(BaseModel):
    x: float

app = FastAPI()

@app.post("/double")
async def double(row: Row) -> Row:
    return Row(x=row.x * 2)

event = {
    "resource": "/double", "path": "/double", "httpMethod": "POST", "body": '{"x": 2}',
    "headers": {"content-type": "application/json"}, "multiValueHeaders": {},
    "queryStringParameters": None, "multiValueQueryStringParameters": None,
    "requestContext": {"identity": {"sourceIp": "127.0.0.1"}}, "isBase64Encoded": False,
}
answer = Mangum(app, lifespan="off")(event, None)
assert answer["statusCode"] == 200 and json.loads(answer["body"]) == {"x": 4.0}, answer
assert app.openapi()["paths"]["/double"]
"""

CHECK_TOKENS = """
import json
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

for algorithm, private in (
    ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    ("ES256", ec.generate_private_key(ec.SECP256R1())),
):
    family = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}[algorithm]
    key = jwt.PyJWK(json.loads(family.to_jwk(private.public_key())), algorithm=algorithm)
    token = jwt.encode({"sub": "somebody"}, private, algorithm=algorithm)
    assert jwt.decode(token, key, algorithms=[algorithm]) == {"sub": "somebody"}
"""

MAKE_CLIENTS = f"""
import boto3

for service in {sorted(AWS_SERVICES)}:
    boto3.client(service, region_name="eu-west-1").meta.service_model.operation_names
"""


@pytest.mark.parametrize(
    ("group", "program"),
    [
        (Group.TRAINING, FIT_EXPORT_AND_RUN),
        (Group.PREPARATION, READ_DATA),
        (Group.SERVING, ANSWER_REQUESTS),
        (Group.SERVING, MAKE_CLIENTS),
        (Group.ACCESS, CHECK_TOKENS),
    ],
    ids=["fit, export and run", "read data", "answer requests", "make clients", "check tokens"],
)
def test_runs_from_the_bundle_alone(
    runnable: tuple[str, Bundles], tmp_path, group: Group, program: str
) -> None:
    python, bundles = runnable
    path = str(bundles[group].path.resolve())

    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, {path!r})\n{program}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"OMP_NUM_THREADS": "1"},  # more than there are cores slow a fit down by far
    )

    assert done.returncode == 0, done.stderr
