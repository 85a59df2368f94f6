"""Camera, scanner, spoken note, signature and the picture for the group, used as people use them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import violations
from tests.field.photos import pictures
from tests.field.photos.conftest import run, start, told

pytestmark = pytest.mark.browser
# Every stream that was asked for, so that a test sees whether all are stopped.
STREAMS = """() => {
  window.streams = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    window.streams.push(stream);
    return stream;
  };
}"""
LIVE = "() => streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === 'live').length"


CAMERA = """async (given) => {
  const { openCamera } = await import("/static/field/photo/camera.js");
  const ghost = given.ghost ? await (await fetch(given.ghost)).blob() : null;
  const photo = await openCamera({ ...given, ghost });
  return photo && { ...photo, size: photo.blob.size, type: photo.blob.type, blob: null };
}"""


def seen(page: Page) -> None:
    """The live picture is there."""
    page.wait_for_function("() => document.querySelector('dialog video')?.videoWidth > 0")


def test_a_photo_is_taken_and_used(page: Page) -> None:
    page.evaluate(STREAMS)
    start(page, CAMERA, {"label": "处置前"})
    seen(page)
    expect(page.get_by_role("dialog", name="处置前")).to_be_visible()
    shutter = page.get_by_role("button", name="拍照")
    expect(shutter).to_be_focused()
    box = shutter.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 64
    assert box["y"] > 844 / 2
    assert violations(page) == []
    shutter.click()
    page.get_by_role("button", name="用这张").click()
    photo = told(page)
    assert (photo["album"], photo["type"], photo["verdicts"]) == (False, "image/jpeg", [])
    assert len(photo["sha256"]) == 64
    assert photo["taken_at"].endswith("+08:00")
    assert photo["size"] <= 400 * 1024
    assert page.evaluate(LIVE) == 0
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_whoever_leaves_the_camera_takes_nothing_and_it_goes_out(page: Page) -> None:
    page.evaluate(STREAMS)
    for leave in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="关闭相机").click(),
        page.go_back,
    ):
        page.evaluate("() => { if (streams.length === 2) delete window.CloseWatcher; }")
        start(page, CAMERA, {"label": "处置前"})
        seen(page)
        leave()
        assert told(page) is None
        assert page.evaluate(LIVE) == 0
        assert page.url.endswith("/empty")


def test_a_camera_closed_before_it_is_there_is_let_go(page: Page) -> None:
    page.evaluate(STREAMS)
    page.evaluate("""() => {
      const real = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        await new Promise((go) => { window.allow = go; });
        return real(wanted);
      };
    }""")
    start(page, CAMERA, {"label": "处置前"})
    expect(page.get_by_role("dialog")).to_contain_text("正在打开相机")
    page.keyboard.press("Escape")
    assert told(page) is None
    page.evaluate("allow()")
    page.wait_for_function("() => streams.length === 1")
    page.wait_for_function(f"() => ({LIVE})() === 0")


def test_a_dark_photo_is_told_at_once_and_may_be_taken_anew_or_used(page: Page) -> None:
    page.evaluate("""() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
      const pen = canvas.getContext("2d");
      setInterval(() => { pen.fillStyle = "rgb(6 6 6)"; pen.fillRect(0, 0, 640, 480); }, 40);
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
    }""")
    start(page, CAMERA, {"label": "处置前"})
    seen(page)
    page.get_by_role("button", name="拍照").click()
    expect(page.get_by_role("alert")).to_contain_text("太暗")
    assert violations(page) == []
    page.get_by_role("button", name="重拍").click()
    seen(page)
    page.get_by_role("button", name="拍照").click()
    page.get_by_role("button", name="仍用").click()
    assert "dark" in told(page)["verdicts"]


def test_whoever_is_quicker_than_the_judge_hears_it_first(page: Page) -> None:
    page.evaluate("""() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
      setInterval(() => canvas.getContext("2d").fillRect(0, 0, 640, 480), 40);
      const quick = () => [...document.querySelectorAll("dialog button")]
        .find((one) => one.innerText === "用这张")?.click();
      new MutationObserver(quick).observe(document, { childList: true, subtree: true });
    }""")
    start(page, CAMERA, {"label": "处置前"})
    seen(page)
    page.evaluate("() => document.querySelector('.shutter').click()")
    expect(page.get_by_role("button", name="仍用")).to_be_visible()
    assert page.evaluate("window.done") is None


def test_the_light_the_other_lens_and_the_picture_before(page: Page, files: dict[str, bytes]) -> None:
    files["before"] = pictures.jpeg(pictures.street(640, 480))
    page.evaluate(STREAMS)
    page.evaluate("""() => {
      window.asked = [];
      navigator.mediaDevices.enumerateDevices = async () => [{ kind: "videoinput" }, { kind: "videoinput" }];
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
      MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [one] }) => { asked.push(one.torch); };
    }""")
    start(page, CAMERA, {"label": "处置后", "ghost": "/pictures/before"})
    seen(page)
    lamp = page.get_by_role("button", name="手电")
    lamp.click()
    expect(lamp).to_have_attribute("aria-pressed", "true")
    lamp.click()
    expect(lamp).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("asked") == [True, False]
    ghost = page.locator("img.ghost")
    assert ghost.evaluate("(one) => getComputedStyle(one).opacity") == "0.5"
    page.get_by_label("原图深浅").fill("80")
    assert ghost.evaluate("(one) => getComputedStyle(one).opacity") == "0.8"
    page.get_by_role("button", name="对照原图").click()
    expect(ghost).to_have_count(0)
    page.get_by_role("button", name="换镜头").click()
    page.wait_for_function("() => streams.length === 2")
    seen(page)
    assert page.evaluate(LIVE) == 1
    assert violations(page) == []


def test_without_a_camera_of_ours_the_phones_own_is_used(page: Page) -> None:
    refuse = "(name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }"
    for refusal, said in (
        ("NotFoundError", "没有找到可用的相机"),
        ("NotReadableError", "别的应用正在使用"),
        ("NotAllowedError", "没有得到使用相机的许可"),
    ):
        page.evaluate(refuse, refusal)
        start(page, CAMERA, {"label": "处置前"})
        expect(page.get_by_role("dialog")).to_contain_text(said)
        if refusal != "NotAllowedError":
            page.keyboard.press("Escape")
            assert told(page) is None
    assert violations(page) == []
    own = page.locator("input[type=file]")
    assert own.get_attribute("capture") == "environment"
    own.dispatch_event("click")
    photo = {"name": "now.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(pictures.street(2400, 1800))}
    own.set_input_files([photo])
    page.get_by_role("button", name="用这张").click()
    made = told(page)
    assert (made["album"], made["width"], bool(made["taken_at"])) == (False, 1920, True)


def test_photos_of_the_album_say_so_and_when_they_were_taken(page: Page) -> None:
    code = """async () => {
      const { fromAlbum } = await import("/static/field/photo/camera.js");
      return (await fromAlbum()).map(({ blob, ...one }) => ({ ...one, size: blob.size }));
    }"""
    taken = pictures.jpeg(pictures.street(640, 480), place=(119.97, 31.81), taken=pictures.TAKEN)
    with page.expect_file_chooser() as chooser:
        start(page, code)
    chooser.value.set_files([
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": taken},
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"},
    ])  # fmt: skip
    first, second = told(page)
    assert (first["album"], first["size"], first["taken_at"]) == (True, len(taken), "2026-11-28T13:40:05.000Z")
    assert (first["lon"], first["lat"]) == (pytest.approx(119.97, abs=1e-6), pytest.approx(31.81, abs=1e-6))
    assert second == {"album": True, "size": 10}


SCAN = """async () => (await import("/static/field/photo/scan.js")).scan({ typed: "小队码" })"""


def test_a_code_is_read_from_the_camera(page: Page) -> None:
    page.evaluate(STREAMS)
    start(page, SCAN)
    assert told(page) == pictures.QR_TEXT
    assert page.evaluate(LIVE) == 0


def test_what_cannot_be_scanned_is_typed(page: Page) -> None:
    page.evaluate("""() => {
      const canvas = document.createElement("canvas");
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
    }""")
    start(page, SCAN)
    assert violations(page) == []
    page.get_by_label("扫不出来？直接输入小队码").fill("  k7f3a ")
    page.keyboard.press("Enter")
    assert told(page) == "k7f3a"


def test_a_code_that_is_drawn_can_be_read(page: Page) -> None:
    for text in ("https://gridops.example/field#/join/abc", "小队码：七号楼东侧", "0123456789" * 12):
        code = """async (text) => {
          const { code } = await import("/static/field/photo/code.js");
          const decode = (await import("/static/vendor/qr/decode.js")).default;
          const svg = code(text, { label: "入队码" });
          const picture = new Image();
          for (const side of ["width", "height"]) svg.setAttribute(side, 400);
          picture.src = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
          await picture.decode();
          const pen = Object.assign(document.createElement("canvas"), { width: 400, height: 400 }).getContext("2d");
          pen.drawImage(picture, 0, 0);
          const { data, width, height } = pen.getImageData(0, 0, 400, 400);
          return [decode({ data, width, height }), [...data.slice(0, 4)], svg.getAttribute("aria-label")];
        }"""
        assert run(page, code, text) == [text, [255, 255, 255, 255], "入队码"]
