// 导出原始备份: everything this person captured and this phone still holds, as one file that `gridops import
// field-backup` takes in again.

import { device } from "../lib/device.js";
import { day, iso } from "../lib/when.js";
import { zip } from "../lib/zip.js";

export const SCHEMA = "gridops/field-backup/1";

// What of a record goes into the file: what the phone would send, and how far it came.
const told = ({ id, type, captured_at, body, device: sender, attachments, state, receipt, created_at }) => ({ id, type, captured_at, body, device: sender, attachments, state, receipt: receipt ?? null, created_at });

export async function backup(store, me) {
  const records = (await store.records()).reverse();
  const version = document.querySelector('meta[name="gridops-version"]')?.content ?? "";
  const head = {
    schema: SCHEMA,
    made_at: iso(),
    device: device.get("id"),
    app_version: version,
    user: { id: me.user_id, username: me.username, name: me.name },
    records: records.map(told),
  };
  const entries = [["backup.json", new Blob([JSON.stringify(head)], { type: "application/json" })]];
  const written = new Set();
  for (const { attachments } of records) {
    for (const { sha256 } of attachments) {
      const photo = written.has(sha256) ? null : await store.photo(sha256);
      if (photo?.blob) entries.push([`files/${sha256}`, photo.blob]);
      written.add(sha256);
    }
  }
  return { blob: await zip(entries), name: `gridops-${me.username}-${day()}.zip`, count: records.length };
}

export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
