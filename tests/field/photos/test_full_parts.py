"""Parts of a form on a full phone: what could not be kept is told, nothing after it is held up by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.field.hands import sign
from tests.field.photos import pictures
from tests.field.photos.conftest import run

pytestmark = pytest.mark.browser
# A store that is full until somebody makes room; what it was told, in order.
STORE = """
window.full = true;
window.told = [];
const refuse = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
window.store = {
  photo: async () => undefined,
  keepFile: async ({ sha256 }) => { if (window.full) return refuse(); window.told.push(`keep ${sha256}`); },
  dropFile: async (sha256) => { window.told.push(`drop ${sha256}`); },
  saveDraft: (name, { content }) => {
    window.told.push(`save ${JSON.stringify(content)}`);
    return window.full ? refuse() : Promise.resolve();
  },
};
document.body.insertAdjacentHTML("beforeend", "<div id='toasts'></div>");
"""
DRAWN = """
const { render } = await import("/static/field/lib/html.js");
"""
SIGNATURE = f"""async () => {{ {STORE} {DRAWN}
  const {{ isSigned, savedSign, signPart, signState }} = await import("/static/field/lib/sign_part.js");
  const draw = () => render(signPart(state), document.getElementById("here"));
  const onChange = () => {{ window.saved = savedSign(state); window.signed = isSigned(state); draw(); }};
  const state = await signState(window.store, null, {{ label: "当事人签名", onChange }});
  draw();
}}"""
SOUND = f"""async () => {{ {STORE} {DRAWN}
  const parts = await import("/static/field/lib/photos_part.js");
  const draw = () => render(parts.voicePart(state, {{ onChange }}), document.getElementById("here"));
  const onChange = () => {{ window.files = parts.filesOf(state).map(({{ role }}) => role); draw(); }};
  const state = await parts.photosState(window.store);
  draw();
}}"""
PHOTO = f"""async () => {{ {STORE} {DRAWN}
  const parts = await import("/static/field/lib/photos_part.js");
  const here = document.getElementById("here");
  const draw = () => render(parts.photosPart(state, {{ label: "现场照片", onChange }}), here);
  const onChange = () => {{ window.files = parts.filesOf(state).length; draw(); }};
  const state = await parts.photosState(window.store);
  draw();
}}"""


def test_a_signature_that_could_not_be_kept_is_told_and_the_next_one_is_kept(page: Page) -> None:
    run(page, SIGNATURE)
    sign(page)
    expect(page.get_by_text("手机存储已满，签名没有保存")).to_be_visible()
    assert page.evaluate("[window.signed, window.saved]") == [False, None]
    page.evaluate("window.full = false")
    sign(page)
    expect(page.locator(".fault")).to_have_count(0)
    page.wait_for_function("() => window.signed")
    first = page.evaluate("window.saved.sha256")
    assert page.evaluate("window.told") == [f"keep {first}"]
    # Room is short again: the drawing that is there no more is not taken for this one.
    page.evaluate("window.full = true")
    sign(page)
    expect(page.locator(".fault")).to_be_visible()
    assert page.evaluate("window.signed") is False


def test_a_note_that_could_not_be_kept_is_told_and_the_next_one_is_kept(page: Page) -> None:
    run(page, SOUND)
    button = page.locator(".voice-button")

    def speak() -> None:
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        page.wait_for_timeout(900)  # what is shorter is no note
        button.click()

    speak()
    expect(page.get_by_text("手机存储已满，这段录音没有保存")).to_be_visible()
    assert page.evaluate("window.files") == []
    page.evaluate("window.full = false")
    page.get_by_role("button", name="删除录音").click()
    speak()
    page.wait_for_function("() => window.files?.length === 1")
    expect(page.locator(".fault")).to_have_count(0)
    assert page.evaluate("window.files") == ["sound"]


def test_a_photo_that_could_not_be_kept_is_told_in_its_place(page: Page) -> None:
    run(page, PHOTO)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="相册").click()
    picture: FilePayload = {
        "name": "a.jpg",
        "mimeType": "image/jpeg",
        "buffer": pictures.jpeg(pictures.street(640, 480)),
    }
    chooser.value.set_files(picture)
    page.get_by_role("button", name="不能用").or_(page.locator(".photo.stuck")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("手机存储已满，这张照片没有保存")
    assert page.evaluate("window.files") == 0


def test_a_form_that_could_not_be_kept_is_told_once_and_tried_at_each_change(page: Page) -> None:
    run(
        page,
        f"""async () => {{ {STORE}
          const {{ Draft }} = await import("/static/field/lib/draft.js");
          window.draft = new Draft(window.store, "report", {{ words: "" }}, false);
          window.toasts = 0;
          new MutationObserver((all) => {{ window.toasts += all.some((one) => one.addedNodes.length) ? 1 : 0; }})
            .observe(document.getElementById("toasts"), {{ childList: true, subtree: true }});
        }}""",
    )
    saves = "window.told.filter((one) => one.startsWith('save')).length"
    for number in range(3):
        page.evaluate("(words) => { window.draft.set({ words }); }", f"第 {number} 次")
        page.wait_for_function(f"(least) => {saves} > least", arg=number)
    expect(page.locator("#toasts")).to_contain_text("手机存储已满，刚填写的内容还没有存下")
    assert page.evaluate("[window.told.length, window.toasts]") == [3, 1]
    page.evaluate("window.full = false")
    assert page.evaluate("window.draft.set({ words: '完' }, { now: true })") is True
    assert page.evaluate("window.told.at(-1)") == 'save {"words":"完"}'
    page.evaluate("window.full = true")
    assert page.evaluate("window.draft.save()") is False
    assert page.evaluate("window.toasts") == 2, "full anew: told anew"
