"""The request matrix that is sent to MLflow's scoring server and to ours.

`make_mlflow_scoring` stores what MLflow answers, `tests/unit/serving/wires/test_mlflow_golden.py`
holds ours against it. The models are those of `tests.unit.serving.world`: `loan_default` and `tier`
with a signature of named columns, as MLflow recommends, `car_price` without one.
"""
# ruff: noqa: E501 - one request a line is a table that can be read

import json
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
CSV = "text/csv"
COLUMNS = ["car_value", "age", "is_member", "region", "salary"]
ROW = [22000.0, 40, True, "south", 51000.5]
POOR = [1500.5, 64, False, "north", 90000.0]
LOAN = dict(zip(COLUMNS, ROW, strict=True))
LOANS = [LOAN, dict(zip(COLUMNS, POOR, strict=True))]
BY_COLUMN = {name: [loan[name] for loan in LOANS] for name in COLUMNS}
CARS = [[4, 1000.5], [2, 250000.0]]
CAR_COLUMNS = ["door_count", "mileage"]
LOAN_CSV = (
    "car_value,age,is_member,region,salary\n"
    "22000.0,40,True,south,51000.5\n"
    "1500.5,64,False,north,90000.0\n"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One request body; a `content_type` of None is not sent at all."""

    name: str
    body: bytes
    content_type: str | None = JSON
    model: str = "loan_default"


def _json(
    name: str, document: Any, *, content_type: str | None = JSON, model: str = "loan_default"
) -> Case:
    return Case(name, json.dumps(document, ensure_ascii=False).encode(), content_type, model)


def _csv(name: str, text: str, *, model: str = "loan_default", content_type: str = CSV) -> Case:
    return Case(name, text.encode(), content_type, model)


def _split(columns: Any, *rows: Any, **more: Any) -> dict[str, Any]:
    return {"dataframe_split": {"columns": columns, "data": list(rows), **more}}


def _loan(**changes: Any) -> dict[str, Any]:
    return {"dataframe_records": [{**LOAN, **changes}]}


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in LOAN.items() if key != name}


def _raw(name: str, text: str, *, model: str = "loan_default") -> Case:
    return Case(name, text.encode(), JSON, model)


SPLIT = _split(COLUMNS, ROW, POOR)

FORMS = (
    _json("split", SPLIT),
    _json("split, one row", _split(COLUMNS, ROW)),
    _json("split, with an index", {"dataframe_split": {**SPLIT["dataframe_split"], "index": [7, 3]}}),
    _json("split, other order", _split(COLUMNS[::-1], ROW[::-1], POOR[::-1])),
    _json("split, without a signature", _split(CAR_COLUMNS, *CARS), model="car_price"),
    _json("split, other order, without a signature", _split(CAR_COLUMNS[::-1], [1000.5, 4]), model="car_price"),
    _json("split, without columns, without a signature", {"dataframe_split": {"data": CARS}}, model="car_price"),
    _json("split, texts as labels", _split(CAR_COLUMNS, *CARS, [0, 0]), model="tier"),
    _json("records", {"dataframe_records": LOANS}),
    _json("records, one", {"dataframe_records": [LOAN]}),
    _json("records, other order in each", {"dataframe_records": [LOAN, dict(reversed(LOAN.items()))]}),
    _json("records, without a signature", {"dataframe_records": [dict(zip(CAR_COLUMNS, car, strict=True)) for car in CARS]}, model="car_price"),
    _json("instances of records", {"instances": LOANS}),
    _json("instances of rows, without a signature", {"instances": CARS}, model="car_price"),
    _json("instances as columns", {"instances": BY_COLUMN}),
    _json("instances of records, without a signature", {"instances": [dict(zip(CAR_COLUMNS, car, strict=True)) for car in CARS]}, model="car_price"),
    _json("inputs as columns", {"inputs": BY_COLUMN}),
    _json("inputs as one record", {"inputs": LOAN}),
    _json("inputs of records", {"inputs": LOANS}),
    _json("inputs of rows, without a signature", {"inputs": CARS}, model="car_price"),
    _json("inputs as columns, without a signature", {"inputs": {"door_count": [4, 2], "mileage": [1000.5, 250000.0]}}, model="car_price"),
    _csv("csv", LOAN_CSV),
    _csv("csv, other order", "age,salary,region,is_member,car_value\n40,51000.5,south,True,22000.0\n"),
    _csv("csv, without a signature", "door_count,mileage\n4,1000.5\n2,250000.0\n", model="car_price"),
    _csv("csv, carriage returns", LOAN_CSV.replace("\n", "\r\n")),
    _csv("csv, no line end at the end", LOAN_CSV.rstrip("\n")),
    _csv("csv, blank lines", LOAN_CSV.replace("\n", "\n\n")),
    _csv("csv, a byte order mark", "\ufeff" + LOAN_CSV),
    _csv("csv, quoted", LOAN_CSV.replace("south", '"south"').replace("car_value", '"car_value"')),
    _csv("csv, quoted with a comma, a quotation mark and a line end", LOAN_CSV.replace("south", '"so,u""t\nh"')),
    _csv("csv, quoted numbers", LOAN_CSV.replace("22000.0,40", '"22000.0","40"')),
    _csv("csv, other spellings", "car_value,age,is_member,region,salary\n2.2e4,40,TRUE,south,+51000.5\n1500.5, 64,false,north,90000\n"),
)  # fmt: skip

PARAMETERS = (
    _json("params, empty", {**SPLIT, "params": {}}),
    _json("params, null", {**SPLIT, "params": None}),
    _json("params, predict", {**SPLIT, "params": {"predict_method": "predict"}}),
    _json("params, predict_proba", {**SPLIT, "params": {"predict_method": "predict_proba"}}),
    _json("params, predict_proba of three classes", {**_split(CAR_COLUMNS, *CARS, [0, 0]), "params": {"predict_method": "predict_proba"}}, model="tier"),
    _json("params, predict_proba of a regression", {**_split(CAR_COLUMNS, *CARS), "params": {"predict_method": "predict_proba"}}, model="car_price"),
    _json("params, an unknown method", {**SPLIT, "params": {"predict_method": "transform"}}),
    _json("params, a method that is a number", {**SPLIT, "params": {"predict_method": 1}}),
    _json("params, an unknown one", {**SPLIT, "params": {"temperature": 0.5}}),
    _json("params, a list", {**SPLIT, "params": ["predict_proba"]}),
    _json("params, a text", {**SPLIT, "params": "predict_proba"}),
)  # fmt: skip

MISSING = (
    _json("null where a value may be missing", _loan(age=None, region=None)),
    _json("absent where a value may be missing", {"dataframe_records": [_without("age")]}),
    _json("a column absent where a value may be missing", _split([*COLUMNS[:3], "salary"], [*ROW[:3], ROW[4]])),
    _raw("NaN where a value may be missing", '{"dataframe_records": [{"car_value": 22000.0, "age": NaN, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _raw("NaN in a split", '{"dataframe_split": {"columns": ["car_value", "age", "is_member", "region", "salary"], "data": [[22000.0, NaN, true, NaN, 51000.5]]}}'),
    _csv("csv, empty where a value may be missing", LOAN_CSV.replace("40", "").replace("south", "")),
    *(_csv(f"csv, {word} where a number may be missing", LOAN_CSV.replace("40", word)) for word in ("NaN", "NA", "null", "None", "#N/A", "<NA>")),
    _csv("csv, None where a text may be missing", LOAN_CSV.replace("south", "None")),
    _csv("csv, a quoted empty text", LOAN_CSV.replace("south", '""')),
    _csv("csv, a short row", LOAN_CSV.replace(",region,salary", ",salary,region").replace("south,51000.5", "51000.5").replace("north,90000.0", "90000.0,north")),
    _json("null where none may be missing", _loan(car_value=None)),
    _raw("NaN where none may be missing", '{"dataframe_records": [{"car_value": NaN, "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _csv("csv, empty where none may be missing", LOAN_CSV.replace("22000.0", "")),
)  # fmt: skip

COLUMN_FAULTS = (
    _json("an extra column in a record", _loan(shoe_size=43)),
    _json("an extra column in a split", _split([*COLUMNS, "shoe_size"], [*ROW, 43])),
    _csv("csv, an extra column", "shoe_size," + LOAN_CSV.replace("\n2", "\n43,2").replace("\n1", "\n43,1")),
    _csv("csv, with an index", LOAN_CSV.replace("car_value", ",car_value").replace("\n2", "\n0,2").replace("\n1", "\n1,1")),
    _json("a column is missing", {"dataframe_records": [_without("salary")]}),
    _csv("csv, a column is missing", "car_value,age,is_member,region\n22000.0,40,True,south\n"),
    _json("a misspelt column", {"dataframe_records": [{**_without("salary"), "Salary": 51000.5}]}),
    _json("no column fits", _split(["a"], [1])),
    _json("a column twice", _split(["car_value", *COLUMNS], [1.0, *ROW])),
    _csv("csv, a column twice", "car_value," + LOAN_CSV.replace("\n2", "\n1,2").replace("\n1", "\n1,1")),
    _json("rows for named columns", {"instances": [ROW]}),
    _json("split without columns", {"dataframe_split": {"data": [ROW]}}),
    _json("rows that are too short", _split(COLUMNS, ROW[:4])),
    _json("rows that are too long", _split(COLUMNS, [*ROW, 1])),
    _json("rows of different lengths", _split(COLUMNS, ROW, ROW[:3])),
    _json("a row that is a number", _split(COLUMNS, 1)),
    _json("columns of different lengths", {"inputs": {**BY_COLUMN, "age": [40]}}),
    _json("instances, columns of different lengths", {"instances": {**BY_COLUMN, "car_value": [40.0]}}),
    _json("a number beside columns", {"inputs": {**BY_COLUMN, "age": 40}}),
    _json("an index of another length", _split(COLUMNS, ROW, index=[1, 2])),
    _csv("csv, a long row", LOAN_CSV.replace("51000.5", "51000.5,1")),
    _csv("csv, every row is longer than the header", "age,is_member,region,salary\n22000.0,40,True,south,51000.5\n"),
)  # fmt: skip

VALUE_FAULTS = (
    _json("a text for a number", _loan(car_value="much")),
    _json("a text of a number", _loan(car_value="22000.0")),
    _json("a truth value for a number", _loan(car_value=True)),
    _json("a number for a truth value", _loan(is_member=1)),
    _json("a text for a truth value", _loan(is_member="yes")),
    _json("a number for a text", _loan(region=7)),
    _json("a truth value for a text", _loan(region=True)),
    _json("a fraction for a whole number", _split(CAR_COLUMNS, [4.5, 1.0]), model="car_price"),
    _json("a whole number with a fraction of zero", _loan(age=40.0)),
    _json("a whole number for a number", _loan(car_value=22000)),
    _json("an array for a number", _loan(car_value=[1.0])),
    _json("an object for a number", _loan(car_value={"a": 1})),
    _json("an unlisted category", _loan(region="east")),
    _json("an empty text", _loan(region="")),
    _json("a number beyond the range", _loan(car_value=1e9)),
    _json("a negative number", _loan(car_value=-1.5)),
    _json("a text of unicode", _loan(region="süd 南 🧭")),
    _csv("csv, a text of unicode", LOAN_CSV.replace("south", "süd 南 🧭")),
    _csv("csv, a text for a number", LOAN_CSV.replace("22000.0", "much")),
    _csv("csv, a text for a truth value", LOAN_CSV.replace("True", "yes")),
    _csv("csv, a number for a truth value", LOAN_CSV.replace("True", "1").replace("False", "0")),
    _csv("csv, an infinity", LOAN_CSV.replace("22000.0", "inf")),
    _csv("csv, a number beyond float32", LOAN_CSV.replace("22000.0", "1e39")),
    _raw("an infinity", '{"dataframe_records": [{"car_value": Infinity, "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _json("a number beyond float32", _loan(car_value=1e39)),
    _raw("a number beyond float64", '{"dataframe_records": [{"car_value": 1e999, "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _raw("an integer of a hundred digits", '{"dataframe_records": [{"car_value": ' + "9" * 100 + ', "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
)  # fmt: skip

BODY_FAULTS = (
    _raw("nothing", ""),
    _raw("a space", " "),
    _raw("no JSON", "hello"),
    _raw("half an object", '{"dataframe_records": [{"age": 1'),
    _raw("two objects", "{} {}"),
    _raw("single quotation marks", "{'instances': [[1]]}"),
    _json("a bare list", [LOAN]),
    _json("a list of rows", [ROW]),
    _json("a number", 1),
    _json("a text", "dataframe_records"),
    _json("null", None),
    _json("an empty object", {}),
    _json("none of the forms", {"records": [LOAN]}),
    _json("the form of MLflow 1", {"columns": COLUMNS, "data": [ROW]}),
    _json("two of the forms", {"dataframe_records": [LOAN], "instances": [LOAN]}),
    _json("all of the forms", {**SPLIT, "dataframe_records": [LOAN], "instances": [LOAN], "inputs": [LOAN]}),
    _json("a form and something else", {**SPLIT, "id": "order-1"}),
    _json("instances with a signature name", {"instances": LOANS, "signature_name": "serving_default"}),
    _json("split is a list", {"dataframe_split": [COLUMNS, ROW]}),
    _json("split is null", {"dataframe_split": None}),
    _json("split without data", {"dataframe_split": {"columns": COLUMNS}}),
    _json("split with something else", _split(COLUMNS, ROW, dtypes=["float"])),
    _json("columns are a text", _split("abcde", ROW)),
    _json("columns are numbers", _split([0, 1, 2, 3, 4], ROW)),
    _json("data are an object", {"dataframe_split": {"columns": COLUMNS, "data": {"car_value": 1}}}),
    _json("data are empty", _split(COLUMNS)),
    _json("records are an object", {"dataframe_records": LOAN}),
    _json("records are empty", {"dataframe_records": []}),
    _json("an empty record", {"dataframe_records": [{}]}),
    _json("records are numbers", {"dataframe_records": [1, 2]}),
    _json("records are null", {"dataframe_records": None}),
    _json("a record among numbers", {"dataframe_records": [LOAN, 1]}),
    _json("instances are empty", {"instances": []}),
    _json("instances are null", {"instances": None}),
    _json("instances are a number", {"instances": 1}),
    _json("inputs are empty", {"inputs": {}}),
    _json("inputs are a text", {"inputs": "hello"}),
    _json("inputs are null", {"inputs": None}),
    _json("a chat", {"messages": [{"role": "user", "content": "hello"}]}),
    Case("bytes that are no UTF-8", b'{"dataframe_records": [{"region": "\xff"}]}'),
    Case("a byte order mark", b"\xef\xbb\xbf" + json.dumps(SPLIT).encode()),
    Case("UTF-16", json.dumps(SPLIT).encode("utf-16")),
    _raw("a key twice", '{"dataframe_records": [{"car_value": 1.0, "car_value": 22000.0, "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _raw("a form twice", '{"dataframe_records": [], "dataframe_records": [{"car_value": 22000.0, "age": 40, "is_member": true, "region": "south", "salary": 51000.5}]}'),
    _raw("half a surrogate pair", r'{"dataframe_records": [{"car_value": 1.0, "age": 40, "is_member": true, "region": "\ud800", "salary": 51000.5}]}'),
    _raw("a thousand brackets", '{"instances": ' + "[" * 1000 + "]" * 1000 + "}"),
    _csv("csv, nothing", ""),
    _csv("csv, a header alone", "car_value,age,is_member,region,salary\n"),
    _csv("csv, no header", "22000.0,40,True,south,51000.5\n"),
    _csv("csv, semicolons", LOAN_CSV.replace(",", ";")),
    _csv("csv, an open quotation mark", LOAN_CSV.replace("south", '"south')),
    _csv("csv, a zero byte", LOAN_CSV.replace("south", "so\x00uth")),
    Case("csv, bytes that are no UTF-8", LOAN_CSV.encode().replace(b"south", b"\xff"), CSV),
    _csv("csv, JSON", json.dumps(SPLIT)),
)  # fmt: skip

MEDIA_TYPES = (
    _json("charset utf-8", SPLIT, content_type="application/json; charset=utf-8"),
    _json("charset UTF-8", SPLIT, content_type="application/json;charset=UTF-8"),
    _json("charset quoted", SPLIT, content_type='application/json; charset="utf-8"'),
    _json("charset utf-16", SPLIT, content_type="application/json; charset=utf-16"),
    _json("charset latin-1", SPLIT, content_type="application/json; charset=iso-8859-1"),
    _json("charset in capitals", SPLIT, content_type="application/json; CHARSET=utf-8"),
    _json("an unknown parameter", SPLIT, content_type="application/json; format=pandas-split"),
    _json("a charset and an unknown parameter", SPLIT, content_type="application/json; charset=utf-8; version=2"),
    _json("a semicolon at the end", SPLIT, content_type="application/json;"),
    _json("a media type in capitals", SPLIT, content_type="Application/JSON"),
    _json("a vendor's JSON", SPLIT, content_type="application/vnd.windvane+json"),
    _json("plain text", SPLIT, content_type="text/plain"),
    _json("a form", SPLIT, content_type="application/x-www-form-urlencoded"),
    _json("bytes", SPLIT, content_type="application/octet-stream"),
    _json("an empty media type", SPLIT, content_type=""),
    _json("no media type", SPLIT, content_type=None),
    _json("JSON called CSV", SPLIT, content_type=CSV),
    _csv("csv, charset utf-8", LOAN_CSV, content_type="text/csv; charset=utf-8"),
    _csv("csv, charset latin-1", LOAN_CSV, content_type="text/csv; charset=iso-8859-1"),
    _csv("csv, a header parameter", LOAN_CSV, content_type="text/csv; header=present"),
    _csv("CSV called JSON", LOAN_CSV, content_type=JSON),
    Case("parquet", b"PAR1 is no parquet", "application/vnd.apache.parquet"),
)  # fmt: skip

CASES = (
    *FORMS,
    *PARAMETERS,
    *MISSING,
    *COLUMN_FAULTS,
    *VALUE_FAULTS,
    *BODY_FAULTS,
    *MEDIA_TYPES,
)
