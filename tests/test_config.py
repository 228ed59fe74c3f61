"""The settings file: what it may say, where it is found, and how its mistakes are told."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from revrules.config import Config, ConfigError, load_config, with_levels
from revrules.diagnostics import Diagnostic, Severity
from revrules.problems import catalogue

if TYPE_CHECKING:
    from pathlib import Path

WARNINGS = [problem for problem in catalogue().values() if problem.severity is Severity.WARNING]
ERRORS = [problem for problem in catalogue().values() if problem.severity is Severity.ERROR]


def write(folder: Path, text: str, name: str = "revrules.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_every_setting_is_open(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_settings_are_found_upward_from_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'fail-on = "error"\noutput-format = "json"\nas-of = 2026-11-21\nexclude = ["old/*"]\n')
    config = load_config(write(tmp_path, "", "a/b/rules.rev"))
    assert config.path == path
    assert (config.fail_on, config.output_format, config.as_of) == ("error", "json", datetime.date(2026, 11, 21))


def test_a_project_file_counts_only_with_a_table_for_revrules(tmp_path: Path) -> None:
    outer = write(tmp_path, '[tool.revrules]\nfail-on = "error"\n', "pyproject.toml")
    write(tmp_path, '[project]\ndependencies = ["revrules"]\n', "inner/pyproject.toml")
    assert load_config(tmp_path / "inner").path == outer


def test_the_file_of_its_own_wins_over_the_project_file(tmp_path: Path) -> None:
    write(tmp_path, '[tool.revrules]\nfail-on = "error"\n', "pyproject.toml")
    write(tmp_path, 'fail-on = "warning"\n')
    assert load_config(tmp_path).fail_on == "warning"


def test_a_misspelt_setting_is_told_with_its_place_and_a_near_miss(tmp_path: Path) -> None:
    path = write(tmp_path, 'exclude = []\nfail_on = "error"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert str(caught.value) == f"{path}:2:1: there is no setting `fail_on`; did you mean `fail-on`?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('fail-on = "info"', ":1:1: `fail-on` cannot be `info`; it is one of `error` and `warning`"),
        ("as-of = 3", ":1:1: `as-of` is a date without quotes, such as 2026-11-21"),
        ('as-of = "2026-11-21"', ":1:1: `as-of` is a date without quotes, such as 2026-11-21"),
        ('exclude = "x"', ':1:1: `exclude` is a list of texts, such as ["old/*"]'),
        ("exclude = [1]", ':1:1: `exclude` is a list of texts, such as ["old/*"]'),
        ("levels = 3", ':1:1: `levels` is a table, such as { unused-definition = "off" }'),
        (
            'zzz = "x"',
            ":1:1: there is no setting `zzz`; "
            "there are `levels`, `fail-on`, `output-format`, `exclude`, `as-of`, `proofs`, `strict` and `baseline`",
        ),
        ('proofs = "no"', ":1:1: `proofs` is true or false"),
        ("strict = 1", ":1:1: `strict` is true or false"),
        (
            '[levels]\nqqqqqq = "off"',
            ":2:1: there is no finding `qqqqqq`; `revrules explain` lists them all",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'revrules.toml'}{words}"


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, 'fail-on = "x"\noutput-format = "y"\nzzz = 1\n')
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("content", [b"fail-on = ", b"\xff\xfe\x00a"])
def test_a_file_that_is_no_toml_is_told_with_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "revrules.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"revrules\.toml: this is not (TOML|UTF-8)"):
        load_config(tmp_path)


def test_a_level_is_given_by_code_or_by_name(tmp_path: Path) -> None:
    first, second = WARNINGS[:2]
    write(tmp_path, f'[levels]\n{first.code} = "off"\n{second.name} = "error"\n')
    config = load_config(tmp_path)
    kept = with_levels([Diagnostic(first, "a"), Diagnostic(second, "b"), Diagnostic(ERRORS[0], "c")], config)
    assert [(d.message, d.severity) for d in kept] == [("b", Severity.ERROR), ("c", Severity.ERROR)]


def test_an_error_cannot_be_turned_off(tmp_path: Path) -> None:
    write(tmp_path, f'[levels]\n{ERRORS[0].code} = "off"\n')
    with pytest.raises(ConfigError, match="it cannot be `off`"):
        load_config(tmp_path)


def test_excluded_paths_are_seen_from_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'exclude = ["old", "drafts/*.rev"]\n')
    config = load_config(tmp_path)
    assert config.excludes(tmp_path / "old" / "deep" / "rules.rev")
    assert config.excludes(tmp_path / "drafts" / "a.rev")
    assert not config.excludes(tmp_path / "rules.rev")
    assert not config.excludes(tmp_path.parent / "old")
