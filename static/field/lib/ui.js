// The pieces of which screens are made. All are functions that give lit-html; ids come from the field's name.

import { html, live, nothing, render } from "./html.js";
import { t } from "./words.js";
import { full, left, said } from "./when.js";

const SPRITE = "/field/icons.svg";

export const icon = (name, label) => html`<svg class="icon" role=${label ? "img" : nothing} aria-label=${label ?? nothing} aria-hidden=${label ? nothing : "true"}><use href=${`${SPRITE}#${name}`}></use></svg>`;

const BUSY_MS = 400;
const busy = new WeakSet();

// What a button does: a second touch, while it is at work or shortly after, counts for nothing. The guard hangs on the
// button, which stays, and not on the action, which is another one after each drawing.
export function once(action) {
  return async (event) => {
    event?.preventDefault?.();
    const button = event?.currentTarget ?? action;
    if (busy.has(button)) return;
    busy.add(button);
    button.setAttribute?.("aria-busy", "true");
    try {
      await action(event);
    } catch (fault) {
      if (!fault?.told) throw fault;
    } finally {
      setTimeout(() => busy.delete(button), BUSY_MS);
      button.removeAttribute?.("aria-busy");
    }
  };
}

// kind: "primary" (the one thing to do), "plain", "quiet", "danger". Main buttons are 64 px high.
export const button = (label, action, { kind = "plain", name, disabled = false, describedby } = {}) => html`<button type="button" class="button ${kind}" ?disabled=${disabled} aria-describedby=${describedby ?? nothing} @click=${once(action)}>${name ? icon(name) : nothing}<span>${label}</span></button>`;

export const link = (label, hash, { kind = "plain", name } = {}) => html`<a class="button ${kind}" href=${hash}>${name ? icon(name) : nothing}<span>${label}</span></a>`;

// What is wrong with an entry, under it; an entry that is tied to it by `told` is read out with it. Parts of forms that
// are no entry of this file use it alone.
export const fault = (name, errors) => (errors?.[name] ? html`<p class="fault" id="${name}-fault" tabindex="-1">${icon("alert-circle")}${errors[name]}</p>` : nothing);

// Hint and fault of an entry: what is drawn under it, and what ties the entry to both.
function under(name, { hint, errors }) {
  const wrong = Boolean(errors?.[name]);
  return {
    drawn: html`${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}${fault(name, errors)}`,
    told: [hint && `${name}-hint`, wrong && `${name}-fault`].filter(Boolean).join(" ") || nothing,
    wrong: wrong ? "true" : nothing,
  };
}

export function field(name, label, value, change, { type = "text", hint, errors, required = false, maxlength = 200, inputmode, rows = 0, placeholder, autocomplete = "off", options = [] } = {}) {
  const { drawn, told, wrong } = under(name, { hint, errors });
  const input = (event) => change(event.target.value);
  return html`<div class="field">
    <label for=${name}>${label}${required ? "" : html` <span class="soft">${t("（可不填）")}</span>`}</label>
    ${rows
      ? html`<textarea id=${name} rows=${rows} maxlength=${maxlength} placeholder=${placeholder ?? nothing} aria-describedby=${told} aria-invalid=${wrong} ?required=${required} .value=${live(value ?? "")} @input=${input}></textarea>`
      : html`<input id=${name} type=${type} maxlength=${maxlength} inputmode=${inputmode ?? nothing} placeholder=${placeholder ?? nothing} autocomplete=${autocomplete} aria-describedby=${told} aria-invalid=${wrong} ?required=${required} list=${options.length ? `${name}-options` : nothing} .value=${live(value ?? "")} @input=${input}>`}
    ${options.length ? html`<datalist id="${name}-options">${options.map((one) => html`<option value=${one}></option>`)}</datalist>` : nothing}
    ${drawn}
  </div>`;
}

// options: [[value, label]…]
export function select(name, label, options, value, change, { errors, hint } = {}) {
  const { drawn, told, wrong } = under(name, { hint, errors });
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <select id=${name} aria-describedby=${told} aria-invalid=${wrong} .value=${live(value ?? "")} @change=${(event) => change(event.target.value)}>${options.map(([key, words]) => html`<option value=${key} ?selected=${key === value}>${words}</option>`)}</select>
    ${drawn}</div>`;
}

// A choice of few, side by side; each is a radio button.
export function segments(name, label, options, value, change, { errors, hint } = {}) {
  const { drawn, told, wrong } = under(name, { hint, errors });
  return html`<fieldset class="segments" aria-describedby=${told}><legend>${label}</legend>
    <div>${options.map(([key, words]) => html`<label class="segment"><input type="radio" name=${name} aria-invalid=${wrong} .checked=${live(key === value)} @change=${() => change(key)}><span>${words}</span></label>`)}</div>${drawn}
  </fieldset>`;
}

// The hint stands beside the box, under what is agreed to.
export function check(name, label, checked, change, { hint, errors } = {}) {
  const { told, wrong } = under(name, { errors });
  return html`<label class="check"><input type="checkbox" name=${name} aria-describedby=${told} aria-invalid=${wrong} .checked=${live(Boolean(checked))} @change=${(event) => change(event.target.checked)}><span>${label}${hint ? html`<small>${hint}</small>` : nothing}</span></label>${fault(name, errors)}`;
}

// The topmost open dialog, or the screen.
const front = () => [...document.querySelectorAll("dialog[open]")].at(-1);

// After a form could not be sent: to the first thing that is wrong, in sight, with the focus on what has to be mended.
export function focusFault(within = front() ?? document.getElementById("main")) {
  const first = within.querySelector(".fault");
  if (!first) return false;
  const tied = first.id && within.querySelector(`[aria-describedby~="${CSS.escape(first.id)}"]`);
  const entry = tied?.matches("fieldset") ? tied.querySelector("input") : tied;
  if (!entry) first.tabIndex = -1;
  (entry || first).focus({ preventScroll: true });
  first.scrollIntoView({ block: "center" });
  return true;
}

const LOOKS = { good: "circle-check", wait: "alert-triangle", late: "clock-exclamation", info: "info-circle" };
export const notice = (tone, title, words = "", action = nothing) => html`<div class="notice ${tone}" role=${tone === "late" ? "alert" : "status"}>${icon(LOOKS[tone])}<div><strong>${title}</strong>${words ? html`<p>${words}</p>` : nothing}${action}</div></div>`;

export const chip = (words, { tone = "", name } = {}) => html`<span class="chip ${tone}">${name ? icon(name) : nothing}${words}</span>`;

// A time as people say it; the whole of it is shown on touch. In a row that leads on, where nothing else may have the
// focus; elsewhere it is a `moment`.
export const time = (at) => (at ? html`<time datetime=${at} title=${full(at)} data-full=${full(at)}><span>${said(at)}</span></time>` : nothing);

// A sentence of the server's with the times in it said as everywhere here.
export const withTimes = (sentence) => sentence.split(WHOLE_TIME).map((piece, order) => (order % 2 ? time(`${piece.replace(" ", "T")}+08:00`) : piece));
const WHOLE_TIME = /(\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?)/;

// The same where it stands by itself: also for the keyboard.
export const moment = (at) => (at ? html`<button type="button" class="moment" title=${full(at)}>${time(at)}</button>` : nothing);

// One listener for all of them. In a row the first touch shows the whole time, the next one leads on as ever.
function wholeTime(event) {
  const told = event.target.closest?.(".moment, time[data-full]");
  const at = told?.querySelector("time") ?? told;
  if (!at || (at.closest("a") && at.hasAttribute("data-open"))) return;
  at.toggleAttribute("data-open");
  event.preventDefault();
}
document.addEventListener("click", wholeTime);

// The second of two quick touches counts only for what the first one met: where that has led to another screen, nobody
// meant what lies there now.
const CONTROLS = "a, button, label, input, select, textarea, summary";
let met = null;
function meant(event) {
  const found = event.target.closest?.(CONTROLS) ?? null;
  const control = found?.control ?? found; // a label is its entry
  if (event.detail > 1 && control !== met && control) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (event.detail !== 0) met = control;
}
document.addEventListener("click", meant, true);

export function due(at) {
  if (!at) return nothing;
  const rest = left(at);
  return chip(rest.text, { tone: rest.late ? "late" : rest.soon ? "wait" : "", name: rest.late ? "clock-exclamation" : "clock" });
}

export const row = (hash, { name, title, lines = [], end = nothing, picture }) => html`<li><a class="row" href=${hash}>
  ${picture ? html`<img src=${picture} alt="" loading="lazy" width="56" height="56">` : html`<span class="row-icon">${icon(name)}</span>`}
  <span class="row-body"><strong>${title}</strong>${lines.filter(Boolean).map((line) => html`<span class="soft">${line}</span>`)}${end}</span>${icon("chevron-right")}</a></li>`;

export const empty = (words, name = "checks") => html`<p class="empty">${icon(name)}<span>${words}</span></p>`;

// A dialog over the screen: `content(close)` gives what stands in it; resolves with what was given to close.
export function sheet(title, content) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "sheet";
    dialog.setAttribute("aria-label", title);
    const close = (value) => { dialog.returned = value; dialog.close(); };
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returned); });
    document.body.append(dialog);
    const draw = () => render(html`<header><h2>${title}</h2><button type="button" class="button quiet" aria-label=${t("关闭")} @click=${() => close()}>${icon("x")}</button></header><div class="sheet-body">${content(close, draw)}</div>`, dialog);
    draw();
    dialog.showModal();
  });
}

// A screen that is left takes them with it, as if the person had closed them.
export const closeSheets = () => document.querySelectorAll("dialog.sheet[open]").forEach((dialog) => dialog.close());

export const confirm = (title, words, yes) => sheet(title, (close) => html`<p>${words}</p><div class="buttons">${button(yes, () => close(true), { kind: "primary", name: "check" })}${button(t("取消"), () => close(false), { kind: "quiet", name: "x" })}</div>`);

// What a modal dialog covers can be neither touched nor heard: a toast stands in the topmost one, and moves when one
// opens or closes while it is there.
function standing() {
  const dialog = front();
  if (!dialog) return document.getElementById("toasts");
  const kept = dialog.querySelector(":scope > .toasts");
  if (kept) return kept;
  const made = Object.assign(document.createElement("div"), { className: "toasts", role: "status" });
  dialog.prepend(made); // before what draws the dialog, which would clear it away
  return made;
}

let toasted = null;
function place() {
  if (!toasted) return;
  const { place: before, drawn } = toasted;
  const here = standing();
  if (here === before && before.isConnected) return;
  if (before) render(nothing, before);
  toasted.place = here;
  if (here) render(drawn, here);
}

function untoast() {
  if (!toasted) return;
  clearTimeout(toasted.timer);
  toasted.watch.disconnect();
  if (toasted.place) render(nothing, toasted.place);
  toasted = null;
}

// A word at the bottom for some seconds; `action`: {label, run} as long as it stands there.
export function toast(words, { tone = "good", action, seconds = 5 } = {}) {
  untoast();
  const act = () => { untoast(); action.run(); };
  const drawn = html`<div class="toast ${tone}">${icon(LOOKS[tone])}<span>${words}</span>${action ? html`<button type="button" @click=${act}>${action.label}</button>` : nothing}</div>`;
  toasted = { drawn, place: null, timer: setTimeout(untoast, seconds * 1000), watch: new MutationObserver(place) };
  toasted.watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["open"] });
  place();
}
