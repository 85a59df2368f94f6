// The part of a form where somebody signs on the glass: kept on the phone as soon as it is drawn, there again after a kill.
//
//   const signature = await signState(app.store, draft.content.signature, { label, onChange });   in load()
//   signPart(signature)   in view()   ·   onChange: draft.set({ signature: savedSign(signature) }, { now: true })
//   app.capture({ …, files: [...filesOf(photos), ...signFiles(signature)] })

import { sign } from "../photo/sign.js";
import { sayFault, shrink } from "../photo/shrink.js";
import { html } from "./html.js";
import { sha256 } from "./ids.js";
import { button, fault, icon } from "./ui.js";
import { iso } from "./when.js";
import { t } from "./words.js";

export async function signState(store, saved = null, { label = t("签名"), onChange = () => {} } = {}) {
  const state = { store, label, onChange, file: null, fault: "", url: "", glass: null, busy: Promise.resolve() };
  const kept = saved && (await store.photo(saved.sha256));
  if (kept?.blob) show(state, { ...saved, blob: kept.blob });
  else lay(state);
  return state;
}

export const savedSign = ({ file }) => file && { sha256: file.sha256, mime: file.mime, drawn: file.drawn, taken_at: file.taken_at };
export const isSigned = (state) => Boolean(state.file);
export const signFiles = ({ file }, role = "signature") => (file ? [{ blob: file.blob, mime: file.mime, role, sha256: file.sha256, taken_at: file.taken_at }] : []);
// Resolves when what was drawn last is stored.
export const signSettled = (state) => state.busy;

// One drawing after the other; one that could not be kept is told and does not stand in the way of the next.
function lay(state) {
  const kept = () => keep(state).catch((failed) => told(state, failed));
  state.glass = sign({ label: state.label, change: () => { state.busy = state.busy.then(kept); } });
}

async function keep(state) {
  const drawn = await state.glass?.value();
  if (!drawn && !state.file && !state.fault) return;
  const before = state.file;
  Object.assign(state, { file: null, fault: "" });
  if (drawn) {
    const blob = drawn.drawn ? drawn.blob : (await shrink(drawn.blob)).blob;
    const file = { blob, sha256: await sha256(blob), mime: drawn.drawn ? drawn.mime : blob.type || "image/jpeg", drawn: drawn.drawn, taken_at: drawn.taken_at ?? iso() };
    await state.store.keepFile({ sha256: file.sha256, blob, size: blob.size, mime: file.mime });
    state.file = file;
  }
  state.onChange(); // the form is stored without the one before, so that it can go
  if (before && before.sha256 !== state.file?.sha256) await state.store.dropFile(before.sha256);
}

function told(state, failed) {
  console.warn(failed);
  state.fault = failed.reason ? sayFault(failed.reason) : failed.name === "QuotaExceededError" ? t("手机存储已满，签名没有保存：请清理手机空间后重签。") : t("签名没有保存，请清除后重签。");
  state.onChange();
}

function show(state, file) {
  Object.assign(state, { file, url: URL.createObjectURL(file.blob) });
}

async function anew(state) {
  const { file } = state;
  releaseSign(state);
  Object.assign(state, { file: null, url: "" });
  lay(state);
  state.onChange();
  await state.store.dropFile(file.sha256);
}

export function releaseSign(state) {
  if (state.url) URL.revokeObjectURL(state.url);
}

export const signPart = (state) => (state.glass
  ? html`${state.glass.element}${fault("signature-kept", { "signature-kept": state.fault })}`
  : html`<div class="sign"><p class="sign-label">${state.label}<span class="soft" role="status">${icon("circle-check")}${t("已签")}</span></p><img class="signed-picture" src=${state.url} alt=${t("签名")}>
    <div class="buttons">${button(t("重签"), () => anew(state), { name: "eraser" })}</div></div>`);
