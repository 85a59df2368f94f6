// A photo as it is sent: upright, long edge 1920, at most 400 KiB, without EXIF. Runs in the worker, or on the page.

import { digest } from "../lib/sha256.js";
import { readHead } from "./head.js";
import { EDGE, measure, verdicts } from "./judge.js";

/** What is asked of a photo, and what is refused; the server keeps a HEIC of at most 25 MB. */
export const LIMITS = {
  longEdge: 1920, maxBytes: 400 * 1024, mostBytes: 40e6, mostPixels: 60e6, mostHeicBytes: 25e6,
};

// How large a JPEG is at a quality, against 0.85: one guess instead of one try for each step.
const QUALITIES = [[0.85, 1], [0.8, 0.9], [0.75, 0.81], [0.7, 0.75], [0.65, 0.7], [0.6, 0.66], [0.55, 0.63], [0.5, 0.6], [0.45, 0.56], [0.4, 0.52]];
const FIRST = 1;
// Canvas transforms that turn stored pixels upright, by EXIF orientation; w and h are those of the upright picture.
const TURNS = {
  1: () => [1, 0, 0, 1, 0, 0], 2: (w) => [-1, 0, 0, 1, w, 0], 3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (w, h) => [1, 0, 0, -1, 0, h], 5: () => [0, 1, 1, 0, 0, 0], 6: (w) => [0, 1, -1, 0, w, 0],
  7: (w, h) => [0, -1, -1, 0, w, h], 8: (w, h) => [0, -1, 1, 0, 0, h],
};

/** Why a photo cannot be used: `reason` is damaged, too_large or not_a_picture. */
export class PictureFault extends Error {
  constructor(reason) {
    super(reason);
    this.name = "PictureFault";
    this.reason = reason;
  }
}

/**
 * The small copy of a photo and what is known of it; `tools` are the canvas of the place it runs in:
 * `{canvas(width, height), encode(canvas, quality), decode(blob), pause()}`.
 */
export async function shrinkPicture(blob, asked, tools) {
  const limits = { ...LIMITS, ...asked };
  if (blob.size > limits.mostBytes) throw new PictureFault("too_large");
  const bytes = await read(blob);
  const head = readHead(bytes);
  if (!head.mime) throw new PictureFault("not_a_picture");
  if (head.broken) throw new PictureFault("damaged");
  if (head.width * head.height > limits.mostPixels) throw new PictureFault("too_large");
  await tools.pause();
  const told = { original_bytes: blob.size };
  for (const name of ["taken_at", "lon", "lat"]) if (head[name] !== undefined) told[name] = head[name];
  const source = await decoded(bytes, head, limits, tools);
  if (!source) return { ...(await kept(blob, bytes, head, limits)), ...told };
  if (source.width * source.height > limits.mostPixels) throw new PictureFault("too_large");
  const canvas = drawn(source, head, limits, tools);
  source.close();
  await tools.pause();
  const judged = look(canvas, tools);
  await tools.pause();
  const small = fits(blob, head, limits) ? { blob, width: canvas.width, height: canvas.height } : await encoded(canvas, limits, tools);
  const named = await digest(small.blob === blob ? bytes : await small.blob.arrayBuffer());
  return { ...small, sha256: named, ...judged, verdicts: verdicts(judged), kept: false, ...told };
}

async function read(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new PictureFault("damaged"); // taken away since it was chosen
  }
}

// Nothing is gained by packing a small clean JPEG once more.
function fits(blob, head, { longEdge, maxBytes }) {
  const small = blob.size <= maxBytes && Math.max(head.width, head.height) <= longEdge;
  return small && head.mime === "image/jpeg" && !head.exif && blob.type === "image/jpeg";
}

// A HEIC that this browser cannot open goes as it is; the server can open it.
async function kept(blob, bytes, head, limits) {
  if (blob.size > limits.mostHeicBytes) throw new PictureFault("too_large");
  const same = new Blob([blob], { type: "image/heic" });
  return { blob: same, width: head.width, height: head.height, sha256: await digest(bytes), luma: null, sharpness: null, verdicts: [], kept: true };
}

/** What can be drawn, never larger than need be, not yet turned; null for a HEIC that stays shut. */
async function decoded(bytes, head, limits, tools) {
  const jpeg = head.mime === "image/jpeg";
  if (jpeg) {
    // Browsers differ in when they turn a picture: told that it stands upright, none of them does, and we turn it.
    if (head.turn_at) new DataView(bytes.buffer).setUint16(head.turn_at, 1, head.turn_little);
    const found = await scaled(bytes, head, limits);
    if (found) return found;
  } else {
    head.orientation = 1;
  }
  try {
    return await tools.decode(new Blob([bytes], { type: head.mime }));
  } catch {
    if (head.mime === "image/heic") return null;
    throw new PictureFault("damaged");
  }
}

// A JPEG decoded at an eighth, a quarter, half of its size takes a tenth of the time and of the memory.
async function scaled(bytes, head, { longEdge }) {
  if (!globalThis.ImageDecoder) return null;
  const eighths = Math.min(8, Math.ceil((8 * longEdge) / Math.max(head.width, head.height)));
  const size = (edge) => Math.ceil((edge * eighths) / 8);
  try {
    const decoder = new ImageDecoder({
      data: bytes, type: head.mime, desiredWidth: size(head.width), desiredHeight: size(head.height),
    });
    const { image, complete } = await decoder.decode({ completeFramesOnly: true });
    decoder.close();
    if (!complete) return null;
    return { picture: image, width: image.displayWidth, height: image.displayHeight, close: () => image.close() };
  } catch {
    return null; // the other way may still open it
  }
}

function drawn(source, head, { longEdge }, tools) {
  const onItsSide = head.orientation >= 5;
  const [raw, across] = onItsSide ? [source.height, source.width] : [source.width, source.height];
  const scale = Math.min(1, longEdge / Math.max(raw, across));
  // A header may name a size in round numbers of blocks; what was decoded by halves is still of the whole's shape.
  const width = Math.max(1, Math.round(raw * scale));
  const height = Math.max(1, Math.round(across * scale));
  const canvas = tools.canvas(width, height);
  const pen = brush(canvas);
  pen.setTransform(...TURNS[head.orientation](width, height));
  pen.drawImage(source.picture, 0, 0, ...(onItsSide ? [height, width] : [width, height]));
  pen.setTransform(1, 0, 0, 1, 0, 0);
  return canvas;
}

function brush(canvas) {
  const pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  pen.fillStyle = "#ffffff"; // under what is see-through
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  return pen;
}

function look(canvas, tools) {
  const scale = Math.min(1, EDGE / Math.max(canvas.width, canvas.height));
  const small = tools.canvas(Math.max(3, Math.round(canvas.width * scale)), Math.max(3, Math.round(canvas.height * scale)));
  const pen = brush(small);
  pen.drawImage(canvas, 0, 0, small.width, small.height);
  return measure(pen.getImageData(0, 0, small.width, small.height).data, small.width, small.height);
}

async function encoded(canvas, { maxBytes }, tools) {
  let step = FIRST;
  for (;;) {
    const blob = await tools.encode(canvas, QUALITIES[step][0]);
    const edge = Math.max(canvas.width, canvas.height);
    if (blob.size <= maxBytes || edge < 64) return { blob, width: canvas.width, height: canvas.height };
    await tools.pause();
    const wanted = ((maxBytes * 0.97) / blob.size) * QUALITIES[step][1];
    const next = QUALITIES.findIndex(([, size], number) => number > step && size <= wanted);
    if (next > 0) step = next;
    else if (step < QUALITIES.length - 1) step = QUALITIES.length - 1;
    else canvas = smaller(canvas, Math.min(0.9, Math.sqrt(maxBytes / blob.size)), tools);
  }
}

function smaller(canvas, scale, tools) {
  const less = tools.canvas(Math.max(1, Math.round(canvas.width * scale)), Math.max(1, Math.round(canvas.height * scale)));
  brush(less).drawImage(canvas, 0, 0, less.width, less.height);
  return less;
}
