"""A folder that somebody drops in is checked and prepared with no other change."""

from datetime import timedelta
from pathlib import Path

from functions.contracts.model_checks import check_model_folder
from functions.contracts.model_folder import load_model_spec
from tests.unit.contracts.folders import TOML, write_folder
from tests.unit.preparation.world import START, World


def test_prepares_data_of_a_model_that_only_this_test_knows(tmp_path: Path) -> None:
    write_folder(tmp_path, name="gym", toml=TOML.replace('"membership"', '"gym"'))
    world = World(load_model_spec("gym", tmp_path))
    lines = [
        f"{row},{START + timedelta(hours=row)},{20 + row % 60},gas,true,red,{row % 2}"
        for row in range(400)
    ]
    world.add("\n".join(["id,at,age,fuel,member,colour,stays", *lines]))

    output = world.prepare()

    assert check_model_folder("gym", tmp_path) == ()
    assert output.passed, output.reason
    assert (output.train_rows, output.holdout_rows) == (320, 80)
