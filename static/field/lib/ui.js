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

const fault = (name, errors) => (errors?.[name] ? html`<p class="fault" id="${name}-fault">${icon("alert-circle")}${errors[name]}</p>` : nothing);

export function field(name, label, value, change, { type = "text", hint, errors, required = false, maxlength = 200, inputmode, rows = 0, placeholder, autocomplete = "off", options = [] } = {}) {
  const told = [hint && `${name}-hint`, errors?.[name] && `${name}-fault`].filter(Boolean).join(" ") || nothing;
  const input = (event) => change(event.target.value);
  return html`<div class="field">
    <label for=${name}>${label}${required ? "" : html` <span class="soft">${t("（可不填）")}</span>`}</label>
    ${rows
      ? html`<textarea id=${name} rows=${rows} maxlength=${maxlength} placeholder=${placeholder ?? nothing} aria-describedby=${told} ?required=${required} .value=${live(value ?? "")} @input=${input}></textarea>`
      : html`<input id=${name} type=${type} maxlength=${maxlength} inputmode=${inputmode ?? nothing} placeholder=${placeholder ?? nothing} autocomplete=${autocomplete} aria-describedby=${told} ?required=${required} list=${options.length ? `${name}-options` : nothing} .value=${live(value ?? "")} @input=${input}>`}
    ${options.length ? html`<datalist id="${name}-options">${options.map((one) => html`<option value=${one}></option>`)}</datalist>` : nothing}
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}${fault(name, errors)}
  </div>`;
}

// options: [[value, label]…]
export const select = (name, label, options, value, change, { errors, hint } = {}) => html`<div class="field">
  <label for=${name}>${label}</label>
  <select id=${name} .value=${live(value ?? "")} @change=${(event) => change(event.target.value)}>${options.map(([key, words]) => html`<option value=${key} ?selected=${key === value}>${words}</option>`)}</select>
  ${hint ? html`<p class="hint">${hint}</p>` : nothing}${fault(name, errors)}
</div>`;

// A choice of few, side by side; each is a radio button.
export const segments = (name, label, options, value, change, { errors } = {}) => html`<fieldset class="segments"><legend>${label}</legend>
  <div>${options.map(([key, words]) => html`<label class="segment"><input type="radio" name=${name} .checked=${live(key === value)} @change=${() => change(key)}><span>${words}</span></label>`)}</div>${fault(name, errors)}
</fieldset>`;

export const check = (name, label, checked, change, { hint } = {}) => html`<label class="check"><input type="checkbox" name=${name} .checked=${live(Boolean(checked))} @change=${(event) => change(event.target.checked)}><span>${label}${hint ? html`<small>${hint}</small>` : nothing}</span></label>`;

const LOOKS = { good: "circle-check", wait: "alert-triangle", late: "clock-exclamation", info: "info-circle" };
export const notice = (tone, title, words = "", action = nothing) => html`<div class="notice ${tone}" role=${tone === "late" ? "alert" : "status"}>${icon(LOOKS[tone])}<div><strong>${title}</strong>${words ? html`<p>${words}</p>` : nothing}${action}</div></div>`;

export const chip = (words, { tone = "", name } = {}) => html`<span class="chip ${tone}">${name ? icon(name) : nothing}${words}</span>`;

// A time as people say it, with the whole of it on touch.
export const time = (at) => (at ? html`<time datetime=${at} title=${full(at)} tabindex="0">${said(at)}</time>` : nothing);

export function due(at) {
  if (!at) return nothing;
  const rest = left(at);
  return chip(rest.text, { tone: rest.late ? "late" : rest.soon ? "wait" : "", name: rest.late ? "clock-exclamation" : "clock" });
}

export const row = (hash, { name, title, lines = [], end = nothing, picture }) => html`<li><a class="row" href=${hash}>
  ${picture ? html`<img src=${picture} alt="" loading="lazy" width="56" height="56">` : html`<span class="row-icon">${icon(name)}</span>`}
  <span class="row-body"><strong>${title}</strong>${lines.filter(Boolean).map((line) => html`<span class="soft">${line}</span>`)}${end}</span>${icon("chevron-right")}</a></li>`;

export const empty = (words, name = "checks") => html`<p class="empty">${icon(name)}<span>${words}</span></p>`;

// Calls with one tap.
export const call = (label, phone) => (phone ? html`<a class="button quiet" href="tel:${phone}">${icon("phone")}<span>${label}</span></a>` : nothing);

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

export const confirm = (title, words, yes) => sheet(title, (close) => html`<p>${words}</p><div class="buttons">${button(yes, () => close(true), { kind: "primary", name: "check" })}${button(t("取消"), () => close(false), { kind: "quiet", name: "x" })}</div>`);

let gone = 0;
// A word at the bottom for some seconds; `action`: {label, run} as long as it stands there.
export function toast(words, { tone = "good", action, seconds = 5 } = {}) {
  const place = document.getElementById("toasts");
  clearTimeout(gone);
  const hide = () => render(nothing, place);
  render(html`<div class="toast ${tone}">${icon(LOOKS[tone])}<span>${words}</span>${action ? html`<button type="button" @click=${() => { hide(); action.run(); }}>${action.label}</button>` : nothing}</div>`, place);
  gone = setTimeout(hide, seconds * 1000);
}
