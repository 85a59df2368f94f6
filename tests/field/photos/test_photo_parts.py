"""Parts of forms on the phone: the spoken note, the signature, the stamp, hidden parts, the picture for the group."""

from __future__ import annotations

import base64
import io
import itertools
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Locator, Page, expect

from tests.browser import violations
from tests.field.photos import pictures
from tests.field.photos.conftest import run, start, told

pytestmark = pytest.mark.browser
NOTE = """async (limit) => {
  const { voice } = await import("/static/field/photo/voice.js");
  window.changes = 0;
  window.note = voice({ limit, change: () => { window.changes += 1; } });
  document.getElementById("here").append(note.element);
}"""
KEPT = "() => { const one = note.value(); return one && [one.mime, one.seconds, one.blob.size > 500]; }"
TALK = "按住说话，或点一下开始"


def hold(page: Page, ms: int) -> None:
    """Hold the button down for a while."""
    box = page.locator(".voice-button").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.wait_for_timeout(ms)
    page.mouse.up()


def test_a_note_is_spoken_by_holding_by_tapping_and_by_keys(page: Page) -> None:
    run(page, NOTE, 60)
    run(page, "async () => { (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0].stop(); }")
    button = page.locator(".voice-button")
    for talk in ("hold", "tap", "keys"):
        expect(button).to_have_text(TALK)
        if talk == "hold":
            hold(page, 1300)
        elif talk == "tap":
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            page.wait_for_timeout(1100)
            assert page.locator("meter").evaluate("(one) => one.value") >= 0
            assert violations(page) == []
            button.click()
        else:
            button.press("Enter")
            page.wait_for_timeout(900)
            button.press("Space")
        expect(page.get_by_role("button", name="播放")).to_be_visible()
        mime, seconds, heard = page.evaluate(KEPT)
        assert (mime, heard) == ("audio/webm", True)
        assert 1 <= seconds <= 4
        page.get_by_role("button", name="播放").click()
        expect(page.get_by_role("button", name="停止播放")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="删除录音").click()
        assert page.evaluate(KEPT) is None
    assert page.evaluate("changes") == 6


def test_a_note_ends_by_itself_and_with_its_form(page: Page) -> None:
    run(page, NOTE, 1)
    page.locator(".voice-button").click()
    expect(page.get_by_role("button", name="播放")).to_be_visible()
    assert page.evaluate(KEPT)[1] == 1
    page.get_by_role("button", name="删除录音").click()
    run(page, "() => { here.replaceChildren(); }")
    run(page, NOTE, 60)
    page.locator(".voice-button").click()
    expect(page.locator(".voice-button")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(700)
    page.evaluate("note.finish()")
    assert page.evaluate(KEPT)[0] == "audio/webm"
    page.evaluate("note.clear()")
    page.locator(".voice-button").click()
    expect(page.locator(".voice-button")).to_have_attribute("aria-pressed", "true")
    page.evaluate("note.end()")
    expect(page.locator(".voice-button")).to_have_text(TALK)
    assert page.evaluate(KEPT) is None


def test_whoever_lets_go_while_the_phone_asks_for_the_microphone_records_nothing(page: Page) -> None:
    page.evaluate("""() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        await new Promise((go) => { window.allow = go; });
        window.stream = await real(wanted);
        return window.stream;
      };
    }""")
    run(page, NOTE, 60)
    hold(page, 600)
    page.evaluate("allow()")
    page.wait_for_function("() => window.stream && stream.getTracks()[0].readyState === 'ended'")
    expect(page.locator("#here")).to_contain_text("请再按住说话")
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    page.locator(".voice-button").click()
    expect(page.locator("#here")).to_contain_text("没有得到使用麦克风的许可")


SIGN = """async () => {
  const { sign } = await import("/static/field/photo/sign.js");
  window.one = sign({ label: "当事人签收", change: () => { window.signed = one?.signed; } });
  document.getElementById("here").append(one.element);
}"""
VALUE = "async () => { const one = await window.one.value(); return one && { ...one, blob: await bytesOf(one.blob) }; }"


def draw(page: Page, place: Locator, points: list[tuple[float, float]]) -> None:
    """Draw over a place, in parts of its size."""
    box = place.bounding_box()
    assert box is not None
    for order, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if order == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_signature_is_drawn_cleared_and_kept_when_the_phone_turns(page: Page) -> None:
    run(page, SIGN)
    glass = page.get_by_role("img", name="当事人签收：未签")
    expect(glass).to_be_visible()
    draw(page, glass, [(0.5, 0.5), (0.52, 0.5)])  # a thumb put down by chance
    assert run(page, VALUE) is None
    page.get_by_role("button", name="清除").click()
    draw(page, page.locator(".sign canvas"), [(0.1, 0.3), (0.5, 0.8), (0.9, 0.2)])
    expect(page.get_by_role("img", name="当事人签收：已签")).to_be_visible()
    assert violations(page) == []
    before = ink(run(page, VALUE))
    page.set_viewport_size({"width": 844, "height": 390})
    assert ink(run(page, VALUE)) == before
    page.get_by_role("button", name="清除").click()
    assert run(page, VALUE) is None
    assert page.evaluate("signed") is False


def ink(value: dict[str, Any]) -> bytes:
    """The drawing, black on white."""
    assert (value["mime"], value["drawn"]) == ("image/png", True)
    image = Image.open(io.BytesIO(base64.b64decode(value["blob"]))).convert("L")
    assert image.size == (900, 360)
    dark = sum(image.histogram()[:60]) / (900 * 360)
    assert 0.005 < dark < 0.05
    assert image.getpixel((5, 5)) == 255
    return image.tobytes()


def test_who_cannot_draw_photographs_the_signed_paper(page: Page) -> None:
    run(page, SIGN)
    page.get_by_role("button", name="拍下签收单").press("Enter")
    page.wait_for_function("() => document.querySelector('dialog video')?.videoWidth > 0")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="用这张").press("Enter")
    expect(page.get_by_role("img", name="签收单的照片")).to_be_visible()
    value = run(page, VALUE)
    assert (value["mime"], value["drawn"], value["album"]) == ("image/jpeg", False, False)
    assert len(value["sha256"]) == 64


STAMP = """async ([name, said]) => {
  const { watermark } = await import("/static/field/photo/watermark.js");
  const clean = await photo(name);
  const stamped = await watermark(clean, said);
  return [await bytesOf(stamped), (await bytesOf(clean)) === await bytesOf(await photo(name))];
}"""


def test_the_stamp_is_read_on_light_and_dark_and_is_put_on_a_copy(page: Page, files: dict[str, bytes]) -> None:
    said = {
        "time": "2026-11-28T21:40:05+08:00", "place": "新北区三井街道通江中路 88 号东侧人行道（近太湖路路口）",
        "grid": "三井街道 第12网格", "number": "20261128-000123", "staff_no": "SJ0417", "hash": "0123456789abcdef" * 4,
    }  # fmt: skip
    for ground, size in itertools.product(("white", "black"), ((1920, 1440), (480, 640))):
        files["one"] = pictures.jpeg(Image.new("RGB", size, ground))
        content, same = run(page, STAMP, ["one", said])
        assert same
        image = Image.open(io.BytesIO(base64.b64decode(content))).convert("L")
        assert image.size == size
        if ground == "white":
            rows = [y for y in range(size[1]) if image.getpixel((2, y)) < 200]
            assert 0.1 * min(size) < len(rows) < 0.4 * size[1]
        band = ImageStat.Stat(image.crop((0, int(size[1] * 0.92), size[0], size[1])))
        assert band.extrema[0][1] > 240
        assert contrast(int(band.extrema[0][1]), int(band.median[0])) >= 4.5


def contrast(*lumas: int) -> float:
    """Of two greys, as WCAG reckons it."""
    light, dark = sorted(((one / 255) ** 2.2 for one in lumas), reverse=True)
    return (light + 0.05) / (dark + 0.05)


CLEAN = {
    "联系 13812345678 王师傅": "联系 ■■■ 王师傅",
    "138-1234-5678、139 8765 4321、137.1234.5678": "■■■、■■■、■■■",
    "０５１９－８８８８１２３４": "■■■",
    "(0519)88881234 转 8": "■■■ 转 8",
    "电话：88881234": "电话：■■■",
    "热线 400-820-1234，转告 +86 13812345678": "热线 ■■■，转告 ■■■",
    "车牌苏D12345占道": "车牌■■■占道",
    "苏D·D12345 与 苏d f1234警": "■■■ 与 ■■■",
    "身份证320411199003071234": "身份证■■■",
    "32041119900307123X": "■■■",
    "卡号 6222 0212 3456 7890 123": "卡号 ■■■",
    "一三八幺二三四五六七八": "■■■",
    "zhang.san@example.com": "■■■",
    "20170305-000123 花园街12号 3.5米 12345热线": "20170305-000123 花园街12号 3.5米 12345热线",
    "2026年11月28日 21:40 非机动车 12 辆，新A座": "2026年11月28日 21:40 非机动车 12 辆，新A座",
}


def test_texts_for_the_group_carry_no_telephone_no_plate_and_no_identity(page: Page) -> None:
    clean = """async (texts) => {
      const { cleaned } = await import("/static/field/photo/clean.js");
      return Object.fromEntries(texts.map((text) => [text, cleaned(text)]));
    }"""
    assert run(page, clean, list(CLEAN)) == CLEAN


HIDE = """async (name) => {
  const { hideParts } = await import("/static/field/photo/hide_parts.js");
  window.hidden = await hideParts(await (await fetch(`/pictures/${name}`)).blob());
  return Boolean(hidden);
}"""
CARD = """async (given) => {
  const { groupPicture, share } = await import("/static/field/photo/group_picture.js");
  const photos = { before: given.raw ? await photo("one") : window.hidden, after: given.after ? window.hidden : null };
  try {
    window.card = await groupPicture({ ...given, ...photos });
    return bytesOf(card);
  } catch (fault) {
    return fault.reason;
  }
}"""


def part(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """A part of a picture, its box in parts of the whole."""
    width, height = image.size
    return image.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))


def test_parts_are_hidden_by_finger_and_by_keys(page: Page, files: dict[str, bytes]) -> None:
    files["one"] = pictures.jpeg(pictures.street(1200, 900))
    start(page, HIDE, "one")
    picture = page.get_by_role("img", name="要发出的照片")
    expect(picture).to_be_visible()
    draw(page, picture, [(0.1, 0.5), (0.4, 0.9)])
    page.get_by_role("button", name="加一块").click()
    second = page.get_by_role("button", name="遮住的部分 2")
    expect(second).to_be_focused()
    for key in ["ArrowRight"] * 8 + ["Shift+ArrowRight"] * 3 + ["ArrowUp"] * 20 + ["Shift+ArrowDown"] * 2:
        second.press(key)
    page.wait_for_timeout(500)  # two touches at once are one
    page.get_by_role("button", name="加一块").click()
    page.get_by_role("button", name="遮住的部分 3").press("Delete")
    expect(page.locator("[data-part]")).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("button", name="已遮好，继续").click()
    assert told(page) is True
    image = Image.open(io.BytesIO(base64.b64decode(run(page, "() => bytesOf(hidden)"))))
    original = pictures.street(1200, 900)
    for box in ((0.11, 0.51, 0.39, 0.89), (0.55, 0.02, 0.83, 0.23)):
        # A few flat cells are left of it; beside it nothing is changed.
        assert len(part(image, box).convert("L").quantize(64).resize((40, 40)).getcolors(1600) or []) < 30
        assert flat(part(image, box)) > 0.85 > 0.7 > flat(part(original, box))
    assert abs(ImageStat.Stat(part(image, (0, 0, 0.2, 0.2))).mean[0] - 235) < 8


def flat(image: Image.Image) -> float:
    """The share of pixels that are as their neighbour is."""
    grey = image.convert("L")
    pairs = zip(
        grey.tobytes(), grey.transform(grey.size, Image.Transform.AFFINE, (1, 0, 1, 0, 1, 0)).tobytes(), strict=True
    )
    return sum(abs(a - b) <= 3 for a, b in pairs) / (grey.width * grey.height)


def test_nothing_is_shared_that_nobody_confirmed(page: Page, files: dict[str, bytes]) -> None:
    files["one"] = pictures.jpeg(pictures.street(640, 480))
    assert run(page, CARD, {"raw": True, "number": "20261128-000123"}) == "not_confirmed"
    start(page, HIDE, "one")
    page.get_by_role("button", name="取消").click()
    assert told(page) is False
    refused = """async () => {
      const { share } = await import("/static/field/photo/group_picture.js");
      return share(await photo("one")).catch((no) => no.reason);
    }"""
    assert run(page, refused) == "not_confirmed"


def test_faces_that_the_browser_finds_are_marked_beforehand(page: Page, files: dict[str, bytes]) -> None:
    files["one"] = pictures.jpeg(pictures.street(640, 480))
    page.evaluate("""() => { window.FaceDetector = class { async detect() {
      return [{ boundingBox: { x: 320, y: 120, width: 64, height: 96 } }]; } }; }""")
    start(page, HIDE, "one")
    expect(page.get_by_role("button", name="遮住的部分 1")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("已标出可能的人脸")
    page.get_by_role("button", name="已遮好，继续").click()
    assert told(page) is True


def test_the_picture_for_the_group_is_made_and_shared(page: Page, files: dict[str, bytes]) -> None:
    files["one"] = pictures.jpeg(pictures.street(640, 480))
    start(page, HIDE, "one")
    page.get_by_role("button", name="没有要遮的，继续").click()
    assert told(page) is True
    said = {
        "after": True, "number": "20261128-000123", "unit": "环卫所",
        "left": {"text": "还剩 3 小时 10 分", "late": False},
        "words": ["暴露垃圾", "花园街12号门前，联系人电话 13812345678"],
    }  # fmt: skip
    card = Image.open(io.BytesIO(base64.b64decode(run(page, CARD, said))))
    assert (card.format, card.width) == ("JPEG", 1080)
    assert 600 < card.height < 1400
    with page.expect_download() as download:
        share = "async () => (await import('/static/field/photo/group_picture.js')).share(card, '20261128-000123.jpg')"
        assert run(page, share) == "saved"
    assert download.value.suggested_filename == "20261128-000123.jpg"
    page.evaluate("""() => {
      navigator.canShare = ({ files: [file] }) => file.type === "image/jpeg";
      navigator.share = async ({ files: [file] }) => { window.went = file.name; };
    }""")
    assert run(page, share) == "shared"
    assert page.evaluate("went") == "20261128-000123.jpg"
    page.evaluate("() => { navigator.share = () => Promise.reject(new DOMException('', 'AbortError')); }")
    assert run(page, share) == "left"
