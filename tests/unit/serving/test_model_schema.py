import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.records import RecordReader
from functions.serving.model_schema import example_record, example_value, record_schema
from tests.unit.serving.world import artifact_spec


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (Feature(name="x", type="number", example=2.5), 2.5),
        (Feature(name="x", type="number", example="two"), 0.0),
        (Feature(name="x", type="number", minimum=4, maximum=5), 4.5),
        (Feature(name="x", type="integer", minimum=4, maximum=5), 4),
        (Feature(name="x", type="integer", maximum=9), 9),
        (Feature(name="x", type="boolean"), True),
        (Feature(name="x", type="boolean", example=False), False),
        (Feature(name="x", type="string", categories=("a", "b")), "a"),
        (Feature(name="x", type="string", categories=("a", "b"), example="b"), "b"),
        (Feature(name="x", type="string"), ""),
    ],
)
def test_makes_an_example_where_there_is_none_or_a_wrong_one(
    feature: Feature, expected: object
) -> None:
    found = example_value(feature)

    assert found == expected
    assert type(found) is type(expected)


def test_makes_a_record_that_its_model_reads() -> None:
    spec = artifact_spec()

    assert RecordReader.for_spec(spec).read(example_record(spec)).matrix.shape == (1, 5)


def test_says_ranges_and_categories_in_words_and_refuses_nothing_by_them() -> None:
    properties = record_schema(artifact_spec())["properties"]

    assert properties["age"]["description"] == "Expected from 18. Expected up to 100"
    assert properties["region"]["description"] == "Known: north, south"
    assert properties["salary"]["description"] == "before tax. Not kept in captures"
    assert not {"minimum", "maximum", "enum"} & {key for one in properties.values() for key in one}


def test_requires_what_may_not_be_missing() -> None:
    schema = record_schema(artifact_spec())

    assert schema["required"] == ["car_value", "is_member", "salary"]
    assert schema["properties"]["age"]["type"] == ["integer", "null"]
    assert schema["properties"]["car_value"]["type"] == "number"


def test_lets_more_features_in_where_the_spec_says_so() -> None:
    schema = FeatureSchema(features=(Feature(name="x", type="number"),))

    closed = record_schema(artifact_spec(schema=schema))
    lenient = record_schema(artifact_spec(schema=schema, extra_features="ignore"))

    assert (closed["additionalProperties"], lenient["additionalProperties"]) == (False, True)
