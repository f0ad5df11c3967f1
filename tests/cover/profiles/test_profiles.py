from __future__ import annotations

from pathlib import Path

import pytest

from bgtask_harness.devices.port import Disruption
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_profile


def profile_folder(tmp_path: Path, **files: str) -> SearchPath:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return SearchPath((tmp_path,))


def test_the_packaged_profiles_are_found_from_anywhere(tmp_path: Path) -> None:
    search = SearchPath.standard(cwd=tmp_path)

    assert load_profile("virtual-pixel7", search).virtual
    assert not load_profile("pixel7", search).virtual


def test_a_number_is_another_phone_of_the_same_profile(tmp_path: Path) -> None:
    search = SearchPath.standard(cwd=tmp_path)
    first, second = load_profile("virtual-pixel7", search), load_profile("virtual-pixel7#2", search)

    assert second.name == "virtual-pixel7#2"
    assert (second.file, second.find, second.allow) == (first.file, first.find, first.allow)


@pytest.mark.parametrize(
    "name", ["virtual-pixel7#", "virtual-pixel7#0", "virtual-pixel7#x", "#2", "virtual-pixel7#1#2"]
)
def test_what_is_no_number_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="expected NAME, or NAME#2"):
        load_profile(name, SearchPath.standard(cwd=tmp_path))


def test_a_phone_that_exists_once_has_no_number(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="only a virtual phone can be had more than once"):
        load_profile("pixel7#2", SearchPath.standard(cwd=tmp_path))


def test_a_folder_nearby_comes_before_the_packaged_one(tmp_path: Path) -> None:
    own = tmp_path / "device_profiles"
    (tmp_path / "deep" / "down").mkdir(parents=True)
    own.mkdir()
    (own / "pixel7.toml").write_text('schema = 1\ntitle = "ours"\n[find]\nserial = "ABC"\n')

    profile = load_profile("pixel7", SearchPath.standard(cwd=tmp_path / "deep" / "down"))

    assert (profile.title, profile.find.serial) == ("ours", "ABC")


def test_a_profile_extends_another_key_by_key(tmp_path: Path) -> None:
    search = profile_folder(
        tmp_path,
        family='schema = 1\n[find]\nmodel = "Pixel 7"\n[limits]\nresponds_within = "30s"\n',
        mine='extends = "family"\n[find]\nserial = "X1"\n[allow]\ndisruption = "reboot"\n',
    )

    profile = load_profile("mine", search)

    assert (profile.find.model, profile.find.serial) == ("Pixel 7", "X1")
    assert profile.responds_within_ns == 30_000_000_000
    assert profile.allows(Disruption.REBOOT)
    assert not profile.allows(Disruption.CLOCK)


def test_an_unknown_name_says_what_there_is_and_where_was_looked(tmp_path: Path) -> None:
    search = profile_folder(tmp_path, one="schema = 1\n[find]\n")

    with pytest.raises(DeviceNotFound, match=rf"--device two: .* known are one; looked in {tmp_path}"):
        load_profile("two", search)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('schema = 1\n[find]\nmodell = "x"', r"key `find.modell`: expected one of .*did you mean `model`"),
        ("schema = 1\n[find]\nmodel = 7", r"key `find.model`: expected `str \| null`, got `int`"),
        ("schema = 1", r"key `find`: expected a value, and there is none"),
        ('schema = 1\n[find]\n[limits]\nresponds_within = "soon"', r"key `limits.responds_within`: .*such as \"90s\""),
        ("schema = 1\n[find]\n[limits]\nresponds_within = 5", r"key `limits.responds_within`: .*such as \"90s\""),
        (
            'schema = 1\n[find]\n[allow]\ndisruption = "explode"',
            r"key `allow.disruption`: invalid enum value 'explode'",
        ),
        ("schema = 2\n[find]", r"key `schema`: expected 1, got 2"),
        ("schema = ", r"is not TOML"),
        ('extends = "two"', r"key `extends`: there is no two.toml"),
        ('extends = "one"', r"key `extends`: the file extends itself"),
        ("extends = 3", r"key `extends`: expected the name of a file, got 3"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_key_and_what_was_expected(
    tmp_path: Path, text: str, sentence: str
) -> None:
    search = profile_folder(tmp_path, one=text)

    with pytest.raises(BadInput, match=sentence) as caught:
        load_profile("one", search)

    assert str(tmp_path / "one.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_extended_file_is_that_file_s(tmp_path: Path) -> None:
    search = profile_folder(tmp_path, base="schema = 1\n[find]\nmodel = 3\n", top='extends = "base"\n')

    with pytest.raises(BadInput, match=r"base\.toml: key `find\.model`"):
        load_profile("top", search)


def test_a_folder_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--device-profiles nowhere: there is no such folder"):
        SearchPath.standard(explicit=Path("nowhere"), cwd=tmp_path)
