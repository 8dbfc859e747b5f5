"""What `up` says at the end: what it offers to try next works where the person stands, and counts are numbers in JSON."""

import json
from posixpath import join, normpath

from windlass.model.candidate import BentoPin, ModelPin
from windlass.model.metadata import TeamMetadata
from windlass.model.release import Pin, Release, ReleaseSource, ReleaseSpec
from windlass.model.served import Asked, Up
from windlass.views import up as view

D = "sha256:" + "0" * 64
FILE = "specs/vision/digits/examples/zero.json"


def result(file: str = FILE) -> Up:
    pin = Pin(
        model=ModelPin(registry="vision-digits", digest=D, format="sklearn-skops"),
        bento=BentoPin(tag="vision-digits:0", digest=D),
        inputs=D,
        data=(),
        spec=D,
    )
    release = Release(
        api_version="windlass.dev/v1alpha1",
        kind="Release",
        metadata=TeamMetadata(name="digits", team="vision"),
        spec=ReleaseSpec(generation=1, seal=D, pin=pin, version="7", source=ReleaseSource()),
    )
    asked = Asked("a zero", "/predict", 200, '{"digit":0}', 0.01, file)
    return Up("vision/digits", release, None, "http://127.0.0.1:3000", 4711, "", False, 3, 1.0, asked)


def offered(root: str, *, tour: bool = False, file: str = FILE) -> list[str]:
    text = view.as_text(result(file), lambda path: normpath(join(root, path)), tour)
    return [line.strip() for line in text.partition("next   ")[2].splitlines()]


def test_at_the_root_paths_are_as_they_are() -> None:
    curl, rest = offered(".", tour=True)
    assert curl.endswith(f"-d @{FILE}")
    assert rest == "windlass logs vision/digits -f · windlass status · windlass down · make tour"


def test_from_a_folder_below_the_request_is_found_and_make_too() -> None:
    curl, rest = offered("../..", tour=True)
    assert curl.endswith(f"-d @../../{FILE}")
    assert rest == "windlass logs vision/digits -f · windlass status · windlass down · make -C ../.. tour"


def test_from_outside_every_command_says_where() -> None:
    curl, rest = offered("../my models")
    assert curl.endswith(f"-d '@../my models/{FILE}'")
    assert rest == (
        "windlass -C '../my models' logs vision/digits -f · windlass -C '../my models' status"
        " · windlass -C '../my models' down"
    )


def test_no_tour_where_there_is_none() -> None:
    assert "tour" not in view.as_text(result())


def test_in_json_counts_are_numbers() -> None:
    told = json.loads(view.as_json(result()))
    assert (told["version"], told["pid"], told["port"]) == (7, 4711, 3000)
