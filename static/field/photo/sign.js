// A signature on the glass: proof of receipt. Who cannot draw photographs the signed paper instead.

import { html, render } from "../lib/html.js";
import { button, icon } from "../lib/ui.js";
import { labelled, t } from "../lib/words.js";
import { openCamera } from "./camera.js";
import { canvasOf, packed } from "./paint.js";

// A signature is longer than a thumb put down by chance.
const LEAST = 0.15;
const OUT = { width: 900, height: 360, line: 5 };

/**
 * `{element, value(), clear(), signed}`: an element to stand in a form; `value()` resolves with `{blob, mime, drawn}`,
 * the drawing as PNG or the photo of the signed paper, or null. `change()` is called after each change.
 */
export function sign({ label = t("签名"), change = () => undefined } = {}) {
  const element = document.createElement("div");
  element.className = "sign";
  const state = { strokes: [], photo: null, url: "" };
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");

  const signed = () => Boolean(state.photo) || ink(state.strokes) >= LEAST;
  function show() {
    canvas.setAttribute("aria-label", labelled(label, signed() ? t("已签") : t("未签")));
    render(view(), element);
    paint(canvas, state.strokes);
  }
  function changed() {
    show();
    change();
  }
  function clear() {
    if (state.url) URL.revokeObjectURL(state.url);
    Object.assign(state, { strokes: [], photo: null, url: "" });
    changed();
  }
  async function photograph() {
    const photo = await openCamera({ label: t("签收单") });
    if (!photo) return;
    clear();
    Object.assign(state, { photo, url: URL.createObjectURL(photo.blob) });
    changed();
  }
  const view = () => html`<p class="sign-label">${label}<span class="soft" role="status">${signed() ? html`${icon("circle-check")}${t("已签")}` : t("请在框内签名")}</span></p>
    ${state.photo ? html`<img class="sign-paper" src=${state.url} alt=${t("签收单的照片")}>` : html`<div class="sign-glass">${canvas}</div>`}
    <div class="buttons">${button(t("清除"), clear, { name: "eraser", disabled: !state.photo && !state.strokes.length })}${button(t("拍下签收单"), photograph, { name: "camera" })}</div>`;

  draws(canvas, state, changed);
  new ResizeObserver(() => paint(canvas, state.strokes)).observe(canvas);
  show();
  return {
    element,
    clear,
    get signed() { return signed(); },
    async value() {
      if (state.photo) return { ...state.photo, mime: "image/jpeg", drawn: false };
      if (!signed()) return null;
      const whole = canvasOf(OUT.width, OUT.height);
      trace(whole.getContext("2d"), state.strokes, OUT.width, OUT.height, OUT.line);
      return { blob: await packed(whole, "image/png"), mime: "image/png", drawn: true };
    },
  };
}

// Points are parts of the width, so that a phone turned on its side keeps what was drawn.
function draws(canvas, state, changed) {
  let stroke = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = { pointer: event.pointerId, points: [at(event)] };
    state.strokes.push(stroke.points);
    paint(canvas, state.strokes);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (stroke?.pointer !== event.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) stroke.points.push(at(one));
    paint(canvas, state.strokes);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (stroke?.pointer !== event.pointerId) return;
      stroke = null;
      changed();
    });
  }
}

function ink(strokes) {
  let length = 0;
  for (const points of strokes) for (let at = 1; at < points.length; at += 1) length += Math.hypot(points[at][0] - points[at - 1][0], points[at][1] - points[at - 1][1]);
  return length;
}

function paint(canvas, strokes) {
  const box = canvas.getBoundingClientRect();
  if (!box.width) return;
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  Object.assign(canvas, { width: Math.round(box.width * ratio), height: Math.round(box.height * ratio) });
  trace(canvas.getContext("2d"), strokes, canvas.width, canvas.height, 3 * ratio);
}

// Black on white in any theme: it is looked at on paper.
function trace(pen, strokes, width, height, line) {
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width, height);
  Object.assign(pen, { lineWidth: line, lineCap: "round", lineJoin: "round", strokeStyle: "#111111" });
  for (const points of strokes) {
    pen.beginPath();
    points.forEach(([x, y], order) => (order ? pen.lineTo(x * width, y * width) : pen.moveTo(x * width, y * width)));
    if (points.length === 1) pen.lineTo(points[0][0] * width, points[0][1] * width);
    pen.stroke();
  }
}
