// Photos made small enough for two bars of signal, in a worker, so that the page never stands still.

import { t } from "../lib/words.js";
import { canvasOf, opened, packed } from "./paint.js";
import { PictureFault, shrinkPicture } from "./shrink_core.js";
import { moduleWorker } from "./worker.js";

const IDLE = 30_000;
const known = new WeakMap();
const waiting = new Map();
let worker = null;
let asleep = 0;
let count = 0;
let last = Promise.resolve();

/**
 * `{blob, width, height, sha256, luma, bright, sharpness, verdicts, kept, original_bytes, taken_at?, lon?, lat?}` of a
 * photo; `kept` is true for a HEIC that this browser cannot open, which goes as it is. A photo that came out of here, or
 * is small and clean already, keeps its bytes. Rejects with an Error whose `reason` is damaged, too_large or
 * not_a_picture; the photo given is never changed.
 */
export async function shrink(blob, asked = {}) {
  const usual = Object.keys(asked).length === 0;
  if (usual && known.has(blob)) return known.get(blob);
  const made = await (canWork() ? inWorker(blob, asked) : onPage(blob, asked));
  if (usual) known.set(made.blob, made);
  return made;
}

/** What a person is told of a photo that cannot be used. */
export function sayFault(reason) {
  if (reason === "too_large") return t("照片太大：超过 40 MB 或 6000 万像素，请换一张。");
  if (reason === "not_a_picture") return t("这个文件不是照片，请换一张。");
  return t("照片已损坏，打不开，请重拍或换一张。");
}

/** What a person is told of a verdict of the judge. */
export function sayVerdict(verdict) {
  return verdict === "dark" ? t("太暗") : t("模糊");
}

let failed = false; // the worker's script cannot be had or run here

function canWork() {
  return !failed && "Worker" in window && typeof globalThis.OffscreenCanvas?.prototype.convertToBlob === "function";
}

function inWorker(blob, asked) {
  worker ??= begin();
  clearTimeout(asleep);
  count += 1;
  const id = count;
  return new Promise((done, refused) => {
    waiting.set(id, { done, refused, blob, asked });
    worker.postMessage({ id, blob, asked });
  });
}

function begin() {
  const made = moduleWorker("shrink_worker.js");
  made.addEventListener("message", ({ data: { id, done, reason } }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (reason) one.refused(new PictureFault(reason));
    else one.done(done);
    if (waiting.size === 0) asleep = setTimeout(end, IDLE);
  });
  made.addEventListener("error", (event) => {
    event.preventDefault();
    failed = true;
    end();
    for (const { done, refused, blob, asked } of waiting.values()) onPage(blob, asked).then(done, refused);
    waiting.clear();
  });
  return made;
}

function end() {
  worker?.terminate();
  worker = null;
}

/** The same on the page, in slices, for browsers whose workers have no canvas. */
export function onPage(blob, asked = {}) {
  const mine = last.then(() => shrinkPicture(blob, asked, pageTools));
  last = mine.catch(() => undefined);
  return mine;
}

const pageTools = {
  canvas: canvasOf,
  encode: (canvas, quality) => packed(canvas, "image/jpeg", quality),
  decode: opened,
  pause: () => new Promise((go) => { setTimeout(go); }),
};
