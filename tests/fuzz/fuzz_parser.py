"""A longer run over the parser and the formatter, guided by coverage: ``python tests/fuzz/fuzz_parser.py [folder] [-runs=N]``.

Run by hand; needs the dependency group ``fuzz``. It stops at the first text (kept in a file) that breaks what
``tests/properties/test_parser_fuzz.py`` asserts of every text.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Fuzz until stopped, or for as many runs as the command line says."""
    if find_spec("atheris") is None:
        sys.exit("atheris is not installed: install the dependency group `fuzz`")
    import atheris

    sys.path.insert(0, str(ROOT / "tests" / "properties"))
    with atheris.instrument_imports(include=["revrules"]):
        from test_parser_fuzz import WORDS, check

    def one_input(data: bytes) -> None:
        """Read ``data`` as a text, or as a list of words of the language."""
        provider = atheris.FuzzedDataProvider(data)
        if provider.ConsumeBool():
            check(provider.ConsumeUnicodeNoSurrogates(4_096))
            return
        words = []
        while provider.remaining_bytes():
            words.append(provider.PickValueInList(WORDS) if provider.ConsumeBool() else provider.ConsumeUnicodeNoSurrogates(4))
        check(" ".join(words))

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
