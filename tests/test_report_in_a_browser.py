"""A report in a real browser: it is whole without a network, wide and narrow, light and dark, on the screen and on paper."""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import struct
import subprocess
import threading
import zlib
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from report_pages import report_of

from revrules.report import page
from revrules.ruleset import load

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = ROOT / "examples" / "quickstart"
DARK = "--force-dark-mode"
STILL = "--force-prefers-reduced-motion"
BROWSERS_OWN = re.compile(r"^\S+ (https?://)?[\w.-]+\.(google|googleapis|gstatic|gvt1)\.com\b")
"""What a browser asks for itself, whatever it shows; that the page names no host at all is seen without a browser."""
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability", "--disable-extensions",
    "--hide-scrollbars", "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=3000",
)  # fmt: skip
ASKING = """<!doctype html><title>asking</title><iframe id="shown" width="{width}" height="800" src="{file}{part}"></iframe>
<pre id="answer"></pre><script>
document.getElementById("shown").onload = (event) => {{
  const inside = event.target.contentWindow, page = event.target.contentDocument;
  const answer = (() => {{ {question} }})();
  document.getElementById("answer").textContent = JSON.stringify(answer);
}};
</script>
"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")


class Seen(NamedTuple):
    """What a browser did: the page as it stands in the end, what its console said, what it asked of the network."""

    page: str
    console: tuple[str, ...]
    requests: tuple[str, ...]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `report.html`, the report about the accounts of the quick start."""
    place = tmp_path_factory.mktemp("report")
    rules = load(QUICKSTART / "rules.rev")
    text = page(report_of(rules, str(QUICKSTART / "accounts.csv"), "revenue"))
    (place / "report.html").write_text(text, encoding="utf-8")
    return place


def browse(folder: Path, file: str, *options: str) -> Seen:
    """Open a file of ``folder``; every request that is not for a file goes to a proxy that notes and refuses it."""
    with _noting() as (port, requests):
        assert BROWSER is not None
        words = [BROWSER, *QUIET, f"--proxy-server=http://127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>"]
        words += [f"--user-data-dir={folder / 'profile'}", *options]
        done = subprocess.run([*words, f"file://{folder / file}"], capture_output=True, timeout=120, check=True)
    console = tuple(re.findall(r"CONSOLE.*", done.stderr.decode(errors="replace")))
    return Seen(done.stdout.decode(), console, tuple(request for request in requests if not BROWSERS_OWN.search(request)))


def asked(folder: Path, question: str, *options: str, width: int = 1280, part: str = "") -> object:
    """Return the answer to a question, the body of a function in JavaScript, about the report in a window of that width."""
    asking = ASKING.format(width=width, file="report.html", part=part, question=question)
    (folder / "asking.html").write_text(asking, encoding="utf-8")
    seen = browse(folder, "asking.html", "--dump-dom", *options)
    found = re.search(r'<pre id="answer">(.+?)</pre>', seen.page, re.DOTALL)
    assert found is not None, seen.console
    return json.loads(unescape(found[1]))


@contextmanager
def _noting() -> Iterator[tuple[int, list[str]]]:
    requests: list[str] = []

    class Noted(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(self.rfile.readline().decode(errors="replace").strip())
            self.wfile.write(b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Noted) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], requests
        finally:
            server.shutdown()
            thread.join()


def brightness(png: bytes) -> float:
    """Return the mean brightness, 0 to 255, of a picture of 8 bits for each of red, green and blue."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    packed = b"".join(
        png[at + 8 : at + 8 + length]
        for at in (found.start() - 4 for found in re.finditer(b"IDAT", png))
        for (length,) in [struct.unpack(">I", png[at : at + 4])]
    )
    lines, stride, before = zlib.decompress(packed), width * channels, bytes(width * channels)
    total = 0
    for row in range(height):
        start = row * (stride + 1)
        before = _unfiltered(lines[start], lines[start + 1 : start + 1 + stride], before, channels)
        total += sum(before[0::channels]) + sum(before[1::channels]) + sum(before[2::channels])
    return total / (3 * width * height)


def _unfiltered(how: int, line: bytes, above: bytes, step: int) -> bytes:
    out = bytearray(line)
    for at, value in enumerate(line):
        left, up = (out[at - step] if at >= step else 0), above[at]
        corner = above[at - step] if at >= step else 0
        nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
        out[at] = (value + (0, left, up, (left + up) // 2, nearest)[how]) & 255
    return bytes(out)


def test_the_page_opens_without_a_network_and_without_complaints(folder: Path) -> None:
    seen = browse(folder, "report.html", "--dump-dom")
    assert "From interest to revenue" in seen.page
    assert (seen.console, seen.requests) == ((), ())


def test_what_the_page_must_not_do_would_be_noticed(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    loud = '<script>console.log("heard")</script><img src="http://elsewhere.example/dot.png">'
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text)
    assert policy is not None
    (folder / "open.html").write_text(text.replace(policy[0], "").replace("</main>", f"{loud}</main>"), encoding="utf-8")
    seen = browse(folder, "open.html", "--dump-dom")
    assert any("heard" in line for line in seen.console)
    assert any("elsewhere.example" in line for line in seen.requests)


def test_the_policy_of_the_page_stops_what_would_get_into_it(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    loud = '<script>console.log("heard"); document.title = "changed"</script><img src="http://elsewhere.example/dot.png">'
    loud += "<style>body { display: none }</style>"
    (folder / "closed.html").write_text(text.replace("</main>", f"{loud}</main>"), encoding="utf-8")
    seen = browse(folder, "closed.html", "--dump-dom")
    assert not [line for line in seen.console if "heard" in line and "directive" not in line]
    assert "<title>changed</title>" not in seen.page
    assert seen.requests == ()
    assert len([line for line in seen.console if "Content Security Policy" in line]) == 3


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_sticks_out_of_a_window_of_any_width(folder: Path, width: int) -> None:
    question = "return [page.documentElement.scrollWidth, inside.innerWidth, page.querySelector('main').clientHeight]"
    scrolled, window, height = asked(folder, question, width=width)
    assert scrolled <= window == width
    assert height > 1000


def test_a_narrow_window_has_the_table_instead_of_the_picture(folder: Path) -> None:
    question = "return ['.funnel', '.same table'].map((one) => page.querySelector(one).checkVisibility())"
    assert asked(folder, question, width=1280) == [True, False]
    assert asked(folder, question, width=390) == [False, True]


def test_the_page_is_dark_where_people_want_it_dark(folder: Path) -> None:
    question = "return [page.body, page.querySelector('.card')].map((one) => inside.getComputedStyle(one).backgroundColor)"
    assert asked(folder, question) == ["rgb(245, 246, 248)", "rgb(255, 255, 255)"]
    assert asked(folder, question, DARK) == ["rgb(15, 20, 27)", "rgb(23, 30, 40)"]


def test_screenshots_show_a_light_and_a_dark_page(folder: Path) -> None:
    for name, options in (("light", ()), ("dark", (DARK,))):
        browse(folder, "report.html", f"--screenshot={folder / name}.png", "--window-size=500,900", *options)
    light, dark = (brightness((folder / f"{name}.png").read_bytes()) for name in ("light", "dark"))
    assert dark < 60
    assert light > 150


def test_the_page_prints_on_white_paper_also_in_the_dark(folder: Path) -> None:
    sizes = []
    for name, options in (("light", ()), ("dark", (DARK,))):
        browse(folder, "report.html", f"--print-to-pdf={folder / name}.pdf", "--no-pdf-header-footer", *options)
        pdf = (folder / f"{name}.pdf").read_bytes()
        assert pdf.startswith(b"%PDF-")
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 15
        sizes.append(len(pdf))
    assert sizes[0] == sizes[1], "the same page"


def test_a_number_of_the_matrix_leads_to_its_records(folder: Path) -> None:
    question = "const found = page.querySelector(':target'); return [found.id, inside.scrollY > 0, found.innerText]"
    target, scrolled, text = asked(folder, question, STILL, part="#cell-2")
    assert (target, scrolled) == ("cell-2", True)
    assert "ahead" in text


def test_everything_that_can_be_used_can_be_reached_by_keyboard_and_has_a_name(folder: Path) -> None:
    question = """
    const usable = [...page.querySelectorAll('a, summary, .scroll')].filter((one) => one.checkVisibility());
    return usable.filter((one) => {
      one.focus();
      const name = one.textContent.trim() || one.getAttribute('aria-label');
      return page.activeElement !== one || !name || (one.matches('.scroll') && one.tabIndex !== 0);
    }).map((one) => one.outerHTML.slice(0, 200)).concat([usable.length > 60])
    """
    assert asked(folder, question) == [True]


def test_records_can_be_opened_without_scripts(folder: Path) -> None:
    question = """
    const sample = page.querySelector('.sample'), words = sample.querySelector('.words'), hidden = !words.checkVisibility();
    sample.querySelector('summary').click();
    return [hidden, words.checkVisibility(), words.innerText]
    """
    hidden, shown, words = asked(folder, question)
    assert (hidden, shown) == (True, True)
    assert "The CRM says Customer: that is ahead of the evidence." in words
