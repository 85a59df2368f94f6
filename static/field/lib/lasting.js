// Whether the browser keeps what is stored here when the phone runs out of space: asked for from the first capture on.

import { device } from "./device.js";
import { html, nothing } from "./html.js";
import { roomNotice } from "./room.js";
import { notice } from "./ui.js";
import { t } from "./words.js";

// Asks, and keeps what was said.
export async function askToKeep() {
  const { storage } = navigator;
  const kept = Boolean((await storage?.persisted?.().catch(() => false)) || (await storage?.persist?.().catch(() => false)));
  if (device.get("persisted") !== kept) await device.set("persisted", kept);
  return kept;
}

let asked = false;
// At each opening as long as it was refused, and after the first capture; `captured`: something is here that could be lost.
export async function askOnce({ captured = false } = {}) {
  if (asked || (!captured && device.get("persisted") === undefined)) return;
  asked = true;
  await askToKeep();
}

const refused = (app) => (device.get("persisted") === false && app.counts.waiting ? notice("wait", t("浏览器未答应长期保存"), t("手机空间不足时，浏览器可能清除未发送的记录。请把应用添加到主屏幕，并尽早发送。")) : nothing);

// Said where the phone is nearly full, and where lasting was refused while something waits.
export const mayBeLost = (app) => html`${roomNotice()}${refused(app)}`;
