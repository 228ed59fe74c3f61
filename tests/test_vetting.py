"""What DuckDB would read otherwise than the careful reader is found wherever a portion of the file ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from revrules.tables import vetting
from revrules.tables.source import open_source
from revrules.tables.vetting import NotPushed, Vetted, vet

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    b"a,b\n1,2\n3,4\n": Vetted(3, plain=True),
    b"a,b\r\n1,2\r\n3,4": Vetted(3, plain=True),
    b'a,b\n"1\n1",2\n"3,\n""",4\n': Vetted(3, plain=False),
    b'a,b\n1,"x y"\n3,4 \n': Vetted(3, plain=True),
}
ODD = [
    b"a,b\n1,x\0y\n",
    b"a,b\n1,x\ry\n2,3\n",
    b"a,b\r1,2\r3,4\n",
    b'a,b\n1, "2"\n',
    b'a,b\n"1" ,2\n',
    b'a,b\n1,"2" \n',
    b'a,b\n1,\t"2"\n',
]


@pytest.mark.parametrize("size", [*range(4, 20), 1 << 18])
def test_oddities_are_found_across_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(vetting, "CHUNK", size)
    path = tmp_path / "cells.csv"
    for content, found in GOOD.items():
        path.write_bytes(content)
        assert vet(open_source(str(path)), ",") == found, content
    for content in ODD:
        path.write_bytes(content)
        with pytest.raises(NotPushed):
            vet(open_source(str(path)), ",")
