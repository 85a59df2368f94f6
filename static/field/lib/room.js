// How much room the phone has left, said in time: at the form, before the camera opens, on the first page, in the ledger.

import { html, nothing } from "./html.js";
import { holdBack, reserveLevel, worse } from "./reserve.js";
import { button, notice, sheet } from "./ui.js";
import { t } from "./words.js";

// Below the first nothing more is sure to be kept; below the other the person is warned.
export const LEAST_ROOM = 20_000_000;
export const LITTLE_ROOM = 200_000_000;

// Bytes that may still be stored, as far as the browser says: some say a fixed sum, whatever the disk holds.
export async function room() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota - usage;
  } catch {
    return Infinity;
  }
}

let told = "enough";
// Looks how much there is: what the browser says and what could be held back, whichever is worse.
export async function lookForRoom() {
  await holdBack();
  const left = await room();
  told = left < LEAST_ROOM ? "least" : left < LITTLE_ROOM ? "little" : "enough";
  return roomLevel();
}

// "enough", "little" or "least".
export const roomLevel = () => worse(reserveLevel(), told);

// Nothing while there is enough.
export function roomNotice(action = nothing) {
  const level = roomLevel();
  if (level === "enough") return nothing;
  if (level === "little") return notice("wait", t("手机存储快满了"), t("请尽快联网发送，再清理手机空间。已保存的记录不受影响。"), action);
  return notice("wait", t("手机存储已满"), t("新照片可能保存不了；不带照片的记录仍可保存，已保存的不受影响。请联网发送，再清理手机空间。"), action);
}

// Whether the camera opens: on a full phone its person is told first that the photo may not be kept.
export async function mayPhotograph() {
  if (roomLevel() !== "least") return true;
  return Boolean(await sheet(t("手机存储已满"), (close) => html`<p>${t("拍的照片可能保存不了。不带照片的记录仍可保存；联网发送并清理手机空间后，可以再补照片。")}</p>
    <div class="buttons">${button(t("先不拍"), () => close(false), { kind: "primary", name: "x" })}${button(t("仍要拍照"), () => close(true), { name: "camera" })}</div>`));
}
