// Faces, plates and numbers in a photo made unreadable, by finger or by keys, before anyone else sees it.

import { html, nothing } from "../lib/html.js";
import { button, icon } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { full } from "./full.js";
import { canvasOf, opened, packed } from "./paint.js";

const confirmed = new WeakSet();
const LEAST = 0.02;
const STEP = 0.02;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether a person has looked at this picture and confirmed that nobody can be known from it. */
export const isConfirmed = (blob) => confirmed.has(blob);

/** The photo with the parts hidden that the person marks; null when they do not confirm. */
export async function hideParts(blob) {
  const source = await opened(blob);
  const canvas = canvasOf(source.width, source.height);
  canvas.getContext("2d").drawImage(source.picture, 0, 0);
  source.close();
  const parts = await faces(canvas);
  const url = URL.createObjectURL(blob);
  const state = { parts, url, found: parts.length, chosen: -1, drawing: null, ratio: canvas.width / canvas.height };
  const sure = await full(t("遮住人脸、车牌和电话"), { name: "hide", content: (close, draw) => editor(state, close, draw), closed: () => URL.revokeObjectURL(url) });
  if (!sure) return null;
  for (const part of state.parts) hide(canvas, part);
  const hidden = await packed(canvas);
  confirmed.add(hidden);
  return hidden;
}

// Where the browser can find faces, they are marked beforehand, with a margin.
async function faces(canvas) {
  if (!("FaceDetector" in window)) return [];
  try {
    const found = await new FaceDetector().detect(canvas);
    return found.map(({ boundingBox: box }) => within({
      x: (box.x - box.width * 0.2) / canvas.width, y: (box.y - box.height * 0.2) / canvas.height,
      w: (box.width * 1.4) / canvas.width, h: (box.height * 1.4) / canvas.height,
    }));
  } catch {
    return [];
  }
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

function within({ x, y, w, h }) {
  const [left, top] = [clamp(x, 0, 1 - LEAST), clamp(y, 0, 1 - LEAST)];
  return { x: left, y: top, w: clamp(x + w - left, LEAST, 1 - left), h: clamp(y + h - top, LEAST, 1 - top) };
}

// Two cells across the shorter side: of a face nothing, of a plate not one letter is left.
function hide(canvas, part) {
  const pen = canvas.getContext("2d");
  const [x, y] = [Math.floor(part.x * canvas.width), Math.floor(part.y * canvas.height)];
  const [w, h] = [Math.ceil(part.w * canvas.width), Math.ceil(part.h * canvas.height)];
  const cell = Math.max(2, Math.min(w, h) / 2);
  const few = canvasOf(Math.max(1, Math.round(w / cell)), Math.max(1, Math.round(h / cell)));
  const { data } = pen.getImageData(x, y, w, h);
  const small = few.getContext("2d");
  for (let row = 0; row < few.height; row += 1) {
    for (let column = 0; column < few.width; column += 1) {
      small.fillStyle = mean(data, w, h, column / few.width, row / few.height, (column + 1) / few.width, (row + 1) / few.height);
      small.fillRect(column, row, 1, 1);
    }
  }
  pen.imageSmoothingEnabled = false;
  pen.drawImage(few, x, y, w, h);
}

function mean(data, width, height, left, top, right, bottom) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = Math.floor(top * height); y < Math.ceil(bottom * height); y += 1) {
    for (let x = Math.floor(left * width); x < Math.ceil(right * width); x += 1) {
      const at = (y * width + x) * 4;
      for (let colour = 0; colour < 3; colour += 1) sum[colour] += data[at + colour];
      count += 1;
    }
  }
  // In steps of 32: what was there cannot be reckoned back from the means.
  return `rgb(${sum.map((value) => Math.round(value / count / 32) * 32).join(" ")})`;
}

// A phone that is only touched has no keys of which to speak.
const byKeys = () => matchMedia("(any-pointer: fine)").matches;

function editor(state, close, draw) {
  const { parts } = state;
  const choose = (number) => { state.chosen = number; draw(); };
  const add = () => { parts.push({ x: 0.38, y: 0.4, w: 0.24, h: 0.2 }); choose(parts.length - 1); focusPart(parts.length - 1); };
  const remove = (number) => { parts.splice(number, 1); choose(-1); };
  return html`<header class="full-bar"><button type="button" class="icon-button" aria-label=${t("取消")} @click=${() => close(null)}>${icon("x")}</button><h2>${t("遮住人脸、车牌和电话")}</h2></header>
    <p class="hide-hint" id="hide-hint">${state.found ? t("已标出可能的人脸，请检查。") : nothing}${t("用手指在照片上划出要遮住的部分。")} ${byKeys() ? t("键盘：先点“加一块”，方向键移动，Shift+方向键改大小，Delete 删除。") : nothing}</p>
    <div class="stage"><div class="hide-picture" .style=${`aspect-ratio: ${state.ratio}; --ratio: ${state.ratio}`} @pointerdown=${(event) => begin(event, state, draw)} @pointermove=${(event) => move(event, state, draw)} @pointerup=${(event) => finish(event, state, draw)} @pointercancel=${() => { state.drawing = null; draw(); }}>
      <img src=${state.url} alt=${t("要发出的照片")} draggable="false">
      ${parts.map((part, number) => html`<button type="button" class="hidden-part" data-part=${number} aria-label=${t("遮住的部分 %(n)s", { n: number + 1 })} aria-describedby="hide-hint" aria-pressed=${String(number === state.chosen)} .style=${placed(part)} @focus=${() => state.chosen !== number && choose(number)} @keydown=${(event) => byKey(event, state, number, draw, remove)}></button>`)}
      ${state.drawing ? html`<span class="hidden-part drawn" .style=${placed(state.drawing.part)}></span>` : nothing}
    </div></div>
    <footer class="choice-row three">
      ${button(t("加一块"), add, { name: "plus" })}
      ${button(t("删除所选"), () => parts[state.chosen] && remove(state.chosen), { name: "trash", disabled: !parts[state.chosen] })}
      ${button(parts.length ? t("已遮好，继续") : t("没有要遮的，继续"), () => close(true), { kind: "primary", name: "check" })}
    </footer>`;
}

const placed = ({ x, y, w, h }) => `left: ${x * 100}%; top: ${y * 100}%; width: ${w * 100}%; height: ${h * 100}%`;

function focusPart(number) {
  document.querySelector(`dialog.hide [data-part="${number}"]`)?.focus();
}

function at(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width, 0, 1), clamp((event.clientY - box.top) / box.height, 0, 1)];
}

function begin(event, state, draw) {
  if (event.target.dataset.part !== undefined || event.button > 0 || state.drawing) return;
  event.preventDefault();
  event.currentTarget.setPointerCapture(event.pointerId);
  const [x, y] = at(event);
  state.drawing = { from: [x, y], pointer: event.pointerId, part: { x, y, w: 0, h: 0 } };
  draw();
}

function move(event, state, draw) {
  if (state.drawing?.pointer !== event.pointerId) return;
  const [x, y] = at(event);
  const [left, top] = state.drawing.from;
  state.drawing.part = { x: Math.min(x, left), y: Math.min(y, top), w: Math.abs(x - left), h: Math.abs(y - top) };
  draw();
}

function finish(event, state, draw) {
  if (state.drawing?.pointer !== event.pointerId) return;
  const { part } = state.drawing;
  state.drawing = null;
  // A mere touch marks nothing.
  if (part.w >= LEAST && part.h >= LEAST) {
    state.parts.push(part);
    state.chosen = state.parts.length - 1;
  }
  draw();
}

function byKey(event, state, number, draw, remove) {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remove(number);
    document.querySelector("dialog.hide footer button")?.focus();
    return;
  }
  if (!KEYS[event.key]) return;
  event.preventDefault();
  const [right, down] = KEYS[event.key];
  const part = state.parts[number];
  if (event.shiftKey) Object.assign(part, { w: clamp(part.w + right * STEP, LEAST, 1 - part.x), h: clamp(part.h + down * STEP, LEAST, 1 - part.y) });
  else Object.assign(part, { x: clamp(part.x + right * STEP, 0, 1 - part.w), y: clamp(part.y + down * STEP, 0, 1 - part.h) });
  draw();
}
