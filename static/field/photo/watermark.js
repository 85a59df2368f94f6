// What a photo is stamped with, on a copy: the clean original is what is kept and proved by its hash.

import { t } from "../lib/words.js";
import { canvasOf, font, lines, opened, packed } from "./paint.js";

const CLOCK = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });

/**
 * A stamped copy of a photo. `time`: the corrected time (Date or ISO); `number`: of the case or round; `staff_no`: the
 * staff number, never a name; `hash`: SHA-256 of the clean original, of which the first eight digits are shown.
 */
export async function watermark(blob, { time, place, grid, number, staff_no, hash }) {
  const source = await opened(blob);
  const canvas = canvasOf(source.width, source.height);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.drawImage(source.picture, 0, 0);
  source.close();
  const said = [
    time ? CLOCK.format(new Date(time)) : "",
    place,
    [grid, number].filter(Boolean).join(" · "),
    [staff_no && t("工号 %(number)s", { number: staff_no }), hash && t("原图 %(hash)s", { hash: hash.slice(0, 8) })].filter(Boolean).join(" · "),
  ].filter(Boolean);
  stamp(pen, said, canvas.width, canvas.height);
  return packed(canvas, "image/jpeg", 0.85);
}

// White on a dark band is read on snow and at night alike.
function stamp(pen, said, width, height) {
  const size = Math.max(9, Math.round(Math.min(width, height) * 0.032));
  const edge = Math.round(size * 0.7);
  pen.font = font(size, 600);
  const all = said.flatMap((line) => lines(pen, line, width - 2 * edge));
  const band = Math.round(all.length * size * 1.35 + edge);
  pen.fillStyle = "rgb(0 0 0 / 62%)";
  pen.fillRect(0, height - band, width, band);
  Object.assign(pen, { fillStyle: "#ffffff", textBaseline: "top", shadowColor: "rgb(0 0 0 / 80%)", shadowBlur: size / 6 });
  all.forEach((line, number) => pen.fillText(line, edge, height - band + edge * 0.6 + number * size * 1.35));
}
