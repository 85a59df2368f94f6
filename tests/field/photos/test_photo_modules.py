"""Photos of the field app in a real browser: made small, judged, stamped, hidden in parts, shared."""

from __future__ import annotations

import base64
import hashlib
import io
import statistics
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from sqlalchemy import Engine

from tests.browser import page_of, served
from tests.field.photos import pictures
from tests.field.photos.conftest import run
from tests.webapp import web_program

pytestmark = pytest.mark.browser
LIMIT = 400 * 1024
SHRINK = """async ([name, where]) => {
  const { shrink, onPage, sayFault } = await import("/static/field/photo/shrink.js");
  const blob = await photo(name);
  let gap = 0, last = performance.now();
  const watch = setInterval(() => { gap = Math.max(gap, performance.now() - last); last = performance.now(); }, 4);
  const began = performance.now();
  try {
    const { blob: small, ...told } = await (where === "page" ? onPage : shrink)(blob);
    const took = performance.now() - began;
    return { ...told, type: small.type, bytes: await bytesOf(small), took, gap, workers: 0 };
  } catch (fault) {
    return { reason: fault.reason, said: sayFault(fault.reason), left: blob.size };
  } finally {
    clearInterval(watch);
  }
}"""


def opened(made: dict[str, Any]) -> Image.Image:
    """The picture that came back, whole and as it was named."""
    content = base64.b64decode(made["bytes"])
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_a_photo_of_12_megapixels_becomes_small_beside_the_page(page: Page, files: dict[str, bytes]) -> None:
    files["big"] = pictures.jpeg(pictures.street(), orientation=6, place=(119.97, 31.81), taken=pictures.TAKEN)
    made = run(page, SHRINK, ["big", ""])
    small = opened(made)
    assert len(page.workers) == 1
    assert (made["type"], made["width"], made["height"]) == ("image/jpeg", 1440, 1920)
    assert len(base64.b64decode(made["bytes"])) <= LIMIT < made["original_bytes"] == len(files["big"])
    assert made["taken_at"] == "2026-11-28T13:40:05.000Z"
    assert (made["lon"], made["lat"]) == (pytest.approx(119.97, abs=1e-6), pytest.approx(31.81, abs=1e-6))
    assert (made["verdicts"], made["kept"]) == ([], False)
    assert (small.size, dict(small.getexif())) == ((1440, 1920), {})


@pytest.mark.thorough
def test_how_long_a_photo_of_12_megapixels_takes_on_a_slow_phone(
    page: Page, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed, never asserted. Chromium's throttle slows the page; what a worker needs is told by its CPU."""
    files["big"] = pictures.jpeg(pictures.street())
    run(page, SHRINK, ["big", ""])  # the worker is there
    before, made = cpu(page), [run(page, SHRINK, ["big", ""]) for _ in range(5)]
    needed = (cpu(page) - before) / len(made) * 1000
    plain, throttle = run(page, LOOPS), page.context.new_cdp_session(page)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    loops, slow = run(page, LOOPS), run(page, SHRINK, ["big", ""])
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    slower = ", ".join(f"{where} {loops[where] / plain[where]:.1f} times" for where in plain)
    sizes = f"{slow['original_bytes'] >> 10} KiB to {len(slow['bytes']) * 3 >> 12} KiB"
    took, waits = statistics.median(one["took"] for one in made), max(one["gap"] for one in made)
    told = f"""
  12 megapixels, {sizes}, median of 5: {took:.0f} ms, page waits at most {waits:.0f} ms
  CPU of the whole process: {needed:.0f} ms, on a processor 4 times as slow {4 * needed:.0f} ms
  page throttled 4 times: {slow["took"]:.0f} ms, page waits at most {slow["gap"]:.0f} ms
  that throttle makes the same loop slower: {slower}
"""
    with capsys.disabled():
        sys.stdout.write(told)
    assert all(opened(one).size == (1920, 1440) for one in [*made, slow])


def cpu(page: Page) -> float:
    """Seconds that the processes of the pages have reckoned."""
    browser = page.context.browser
    assert browser is not None
    found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(one["cpuTime"] for one in found if one["type"] == "renderer")


LOOPS = """async () => {
  const code = `const loop = () => { const began = performance.now(); let sum = 0;
    for (let at = 0; at < 6e7; at += 1) sum += at % 7; return performance.now() - began + (sum ? 0 : 1); };`;
  const worker = new Worker(URL.createObjectURL(new Blob([`${code} onmessage = () => postMessage(loop());`])));
  const inWorker = await new Promise((done) => { worker.onmessage = ({ data }) => done(data); worker.postMessage(0); });
  worker.terminate();
  const began = performance.now();
  let sum = 0;
  for (let at = 0; at < 6e7; at += 1) sum += at % 7;
  return { page: performance.now() - began + (sum ? 0 : 1), worker: inWorker };
}"""


@pytest.mark.parametrize("where", ["worker", "page"])
def test_a_photo_stands_upright_whichever_way_the_phone_was_held(
    page: Page, files: dict[str, bytes], where: str
) -> None:
    if where == "page":
        page.evaluate("delete window.ImageDecoder")  # as browsers that are not made of Chromium
    for orientation in range(1, 9):
        files[f"{orientation}"] = content = pictures.jpeg(pictures.street(640, 480), orientation=orientation)
        made = run(page, SHRINK, [f"{orientation}", where])
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        small = opened(made)
        assert small.size == upright.size == (made["width"], made["height"])
        assert difference(small, upright) < 6, orientation


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on the whole, in steps of 256."""
    pair = [image.convert("L").resize((32, 32)).tobytes() for image in (one, other)]
    return sum(abs(a - b) for a, b in zip(*pair, strict=True)) / 1024


def test_without_a_canvas_in_workers_the_page_does_it(page: Page, files: dict[str, bytes]) -> None:
    files["big"] = pictures.jpeg(pictures.street(2400, 1800), orientation=3)
    page.evaluate(
        "() => { delete window.OffscreenCanvas; delete window.createImageBitmap; delete window.ImageDecoder; }"
    )
    made = run(page, SHRINK, ["big", ""])
    assert page.workers == []
    assert opened(made).size == (1920, 1440)
    assert len(base64.b64decode(made["bytes"])) <= LIMIT


def test_a_worker_that_cannot_start_leaves_it_to_the_page(page: Page, files: dict[str, bytes]) -> None:
    files["one"] = pictures.jpeg(pictures.street(640, 480))
    page.evaluate("""() => { const Real = Worker; window.Worker = class extends Real {
        constructor() { super(URL.createObjectURL(new Blob(["throw 1"])), { type: "module" }); } }; }""")
    page.on("pageerror", lambda fault: None)
    assert opened(run(page, SHRINK, ["one", ""])).size == (640, 480)


def test_a_photo_that_is_small_and_clean_keeps_its_bytes(page: Page, files: dict[str, bytes]) -> None:
    files["small"] = pictures.jpeg(pictures.street(640, 480))
    made = run(page, SHRINK, ["small", ""])
    assert base64.b64decode(made["bytes"]) == files["small"]
    assert (made["original_bytes"], made["verdicts"]) == (len(files["small"]), [])


def test_what_is_no_photo_or_a_broken_one_is_said_by_its_reason(page: Page, files: dict[str, bytes]) -> None:
    whole = pictures.jpeg(pictures.street(640, 480))
    heic = pictures.encoded(pictures.street(640, 480), "HEIF")
    files |= {
        "half.jpg": whole[: len(whole) // 2],
        "header.jpg": whole[:120],
        "text.jpg": "这不是照片".encode() * 50,
        "empty.jpg": b"",
        "huge.jpg": pictures.huge(),
        "half.png": pictures.encoded(pictures.street(640, 480), "PNG")[:5000],
        "half.heic": heic[: len(heic) // 2],
    }
    found = {name: run(page, SHRINK, [name, ""]) for name in files}
    assert {name: told["reason"] for name, told in found.items()} == {
        "half.jpg": "damaged", "header.jpg": "damaged", "text.jpg": "not_a_picture", "empty.jpg": "not_a_picture",
        "huge.jpg": "too_large", "half.png": "damaged", "half.heic": "damaged",
    }  # fmt: skip
    assert {name: told["left"] for name, told in found.items()} == {
        name: len(content) for name, content in files.items()
    }
    heavy = """async () => {
      const { shrink } = await import("/static/field/photo/shrink.js");
      return shrink(new Blob([await photo("header.jpg"), new Uint8Array(40e6)])).catch((fault) => fault.reason);
    }"""
    assert run(page, heavy) == "too_large"
    assert "损坏" in found["half.jpg"]["said"]


def test_a_heic_that_the_browser_cannot_open_goes_as_it_is(page: Page, files: dict[str, bytes]) -> None:
    files["one.heic"] = pictures.encoded(pictures.street(640, 480), "HEIF")
    made = run(page, SHRINK, ["one.heic", ""])
    assert (made["type"], made["kept"], base64.b64decode(made["bytes"])) == ("image/heic", True, files["one.heic"])
    assert (made["width"], made["height"], made["luma"]) == (640, 480, None)
    assert opened(made).size == (640, 480)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP"])
def test_other_kinds_become_jpeg(page: Page, files: dict[str, bytes], kind: str) -> None:
    files["one"] = pictures.encoded(pictures.street(640, 480), kind)
    made = run(page, SHRINK, ["one", ""])
    assert (made["type"], opened(made).size) == ("image/jpeg", (640, 480))


def test_dark_and_blurred_photos_are_told_from_good_ones(page: Page, files: dict[str, bytes]) -> None:
    good = pictures.street(2400, 1800)
    files |= {
        "good": pictures.jpeg(good),
        "soft": pictures.jpeg(pictures.blurred(good, 1 / 1500)),
        "blurred": pictures.jpeg(pictures.blurred(good, 1 / 160)),
        "dark": pictures.jpeg(pictures.dark(good)),
        "night": pictures.jpeg(pictures.lit(pictures.dark(good))),
    }
    found = {name: run(page, SHRINK, [name, ""]) for name in files}
    assert {name: told["verdicts"] for name, told in found.items()} == {
        "good": [], "soft": [], "blurred": ["blurred"], "dark": ["dark"], "night": [],
    }  # fmt: skip
    assert found["blurred"]["sharpness"] < 60 < 200 < found["soft"]["sharpness"] < found["good"]["sharpness"]
    assert found["dark"]["luma"] < 20 < 60 < found["good"]["luma"]


def test_a_hash_is_the_same_where_the_browser_does_not_help(page: Page) -> None:
    code = """async (lengths) => {
      const { digest, slowly } = await import("/static/field/lib/sha256.js");
      const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
      return Promise.all(lengths.map(async (length) => {
        const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 255);
        return [await digest(bytes), hex(slowly(bytes))];
      }));
    }"""
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 400_000]
    for length, told in zip(lengths, run(page, code, lengths), strict=True):
        expected = hashlib.sha256(bytes((at * 7 + length) & 255 for at in range(length))).hexdigest()
        assert told == [expected, expected]


def test_the_worker_starts_without_a_network(photo_browser: Chromium, sqlite_engine: Engine, tmp_path: Path) -> None:
    keep = """async () => {
      await navigator.serviceWorker.register("/field/sw.js", { scope: "/field" });
      await new Promise((go) => { navigator.serviceWorker.addEventListener("controllerchange", go); });
    }"""
    shrink = """async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 1800 });
      canvas.getContext("2d").fillRect(0, 0, 1200, 1800);
      const big = await new Promise((done) => { canvas.toBlob(done, "image/jpeg"); });
      const { shrink } = await import("/static/field/photo/shrink.js");
      return (await shrink(big)).width;
    }"""
    with web_program(sqlite_engine, tmp_path) as app:
        with served(app) as address:
            page, _ = page_of(photo_browser, address)
            page.goto("/field/manifest.webmanifest")
            page.evaluate(keep)
        assert page.evaluate(shrink) == 1920
    assert [worker.url.partition(":")[0] for worker in page.workers] == ["blob"]
    page.context.close()
