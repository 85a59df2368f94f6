// 发到工作群: one picture that says what is known and how long is left, so that nobody reports it twice.

import { full, right } from "../lib/when.js";
import { t } from "../lib/words.js";
import { cleaned } from "./clean.js";
import { isConfirmed } from "./hide_parts.js";
import { canvasOf, font, lines, opened, packed } from "./paint.js";

const WIDTH = 1080;
const EDGE = 40;
const INK = { ground: "#ffffff", text: "#1c2530", soft: "#55616e", line: "#dce2e8", accent: "#1f5f99", good: "#1d6b4a", wait: "#7a5300", late: "#b3261e" };
const made = new WeakSet();

/**
 * The picture for the group. `before`, `after`: as they come from hideParts(), others are refused; `left`: what is left of
 * the time, `{text, late}` or a text; `words`: what and where it is, a text or several. Numbers, plates and addresses in
 * texts are made unreadable; names are not to be given.
 */
export async function groupPicture({ before, after, number, unit, left, words }) {
  const photos = [[before, t("处置前")], [after, t("处置后")]].filter(([blob]) => blob);
  if (photos.some(([blob]) => !isConfirmed(blob))) throw Object.assign(new Error("a photo that nobody confirmed"), { reason: "not_confirmed" });
  const canvas = canvasOf(WIDTH, 2400);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = INK.ground;
  pen.fillRect(0, 0, WIDTH, canvas.height);
  pen.textBaseline = "top";
  let y = head(pen, number);
  y = texts(pen, y, [].concat(words ?? []).map(cleaned).filter(Boolean));
  y = await pictures(pen, y, photos);
  y = facts(pen, y, { unit: cleaned(unit), left });
  y = foot(pen, y);
  const card = canvasOf(WIDTH, y);
  card.getContext("2d", { alpha: false }).drawImage(canvas, 0, 0);
  const blob = await packed(card, "image/jpeg", 0.88);
  made.add(blob);
  return blob;
}

/** "shared", "saved" (as a file, where the phone cannot share files) or "left"; only what groupPicture() made goes out. */
export async function share(blob, name = "gridops.jpg") {
  if (!made.has(blob)) throw Object.assign(new Error("not a picture for the group"), { reason: "not_confirmed" });
  const file = new File([blob], name, { type: blob.type });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return "shared";
    } catch (fault) {
      if (fault.name === "AbortError") return "left";
    }
  }
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return "saved";
}

// The mark of the app, as in static/mark.svg.
function mark(pen, x, y, size) {
  pen.save();
  pen.translate(x, y);
  pen.scale(size / 32, size / 32);
  for (const [colour, ...box] of [[INK.accent, 0, 0, 32, 32], ["#ffffff", 8, 8, 7, 7], ["#ffffff", 17, 8, 7, 7], ["#ffffff", 8, 17, 7, 7], ["#9cc9ef", 17, 17, 7, 7]]) {
    pen.fillStyle = colour;
    pen.fillRect(...box);
  }
  pen.restore();
}

function head(pen, number) {
  mark(pen, EDGE, EDGE, 64);
  pen.fillStyle = INK.text;
  pen.font = font(44, 700);
  pen.fillText(number ?? t("现场情况"), EDGE + 88, EDGE + 8, WIDTH - 2 * EDGE - 88);
  return EDGE + 96;
}

function texts(pen, top, said) {
  let y = top;
  said.forEach((text, order) => {
    pen.font = font(order ? 36 : 42, order ? 400 : 600);
    pen.fillStyle = order ? INK.soft : INK.text;
    for (const line of lines(pen, text, WIDTH - 2 * EDGE).slice(0, 3)) {
      pen.fillText(line, EDGE, y);
      y += order ? 50 : 58;
    }
  });
  return y + 20;
}

async function pictures(pen, y, photos) {
  if (!photos.length) return y;
  const gap = 20;
  const width = (WIDTH - 2 * EDGE - gap * (photos.length - 1)) / photos.length;
  const sources = await Promise.all(photos.map(([blob]) => opened(blob)));
  const height = Math.round(Math.min(width * 1.34, Math.max(...sources.map((one) => (width * one.height) / one.width))));
  photos.forEach(([, label], order) => {
    const x = EDGE + order * (width + gap);
    const source = sources[order];
    const scale = Math.min(width / source.width, height / source.height);
    const [w, h] = [source.width * scale, source.height * scale];
    pen.fillStyle = INK.line;
    pen.fillRect(x, y, width, height);
    pen.drawImage(source.picture, x + (width - w) / 2, y + (height - h) / 2, w, h);
    source.close();
    pen.font = font(32, 600);
    pen.fillStyle = "rgb(0 0 0 / 66%)";
    pen.fillRect(x, y, pen.measureText(label).width + 32, 52);
    pen.fillStyle = "#ffffff";
    pen.fillText(label, x + 16, y + 9);
  });
  return y + height + 32;
}

function facts(pen, top, { unit, left }) {
  const late = left?.late === true;
  const rest = cleaned(left?.text ?? left);
  let y = top;
  for (const [label, said, colour] of [[t("处置单位"), unit, INK.text], [t("时限"), rest, late ? INK.late : INK.text]]) {
    if (!said) continue;
    pen.font = font(36);
    pen.fillStyle = INK.soft;
    const indent = EDGE + Math.max(180, pen.measureText(label).width + 28);
    pen.fillText(label, EDGE, y);
    pen.font = font(38, 600);
    pen.fillStyle = colour;
    for (const line of lines(pen, said, WIDTH - EDGE - indent).slice(0, 2)) {
      pen.fillText(line, indent, y - 1);
      y += 54;
    }
  }
  return y + 12;
}

function foot(pen, y) {
  pen.fillStyle = INK.line;
  pen.fillRect(EDGE, y, WIDTH - 2 * EDGE, 2);
  pen.fillStyle = INK.accent;
  pen.font = font(34, 600);
  pen.fillText(t("已登记，请勿重复上报"), EDGE, y + 24);
  pen.fillStyle = INK.soft;
  pen.font = font(28);
  pen.textAlign = "right";
  // What is left of the time is as of now; the picture is read later.
  pen.fillText(`gridops · ${full(right())}`, WIDTH - EDGE, y + 28);
  pen.textAlign = "left";
  return y + 96;
}
