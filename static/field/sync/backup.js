// 导出原始备份: every record this person captured and this phone still holds, as one file that `gridops import
// field-backup` takes in again. A file that cannot be read is listed in it (`missing`) and holds up nothing else. A form
// that is not sent is no record yet: the person is told how many are not in it.

import { device } from "../lib/device.js";
import { sha256 } from "../lib/ids.js";
import { day, iso } from "../lib/when.js";
import { crc32, zip } from "../lib/zip.js";

export const SCHEMA = "gridops/field-backup/1";

// What of a record goes into the file: what the phone would send, and how far it came.
const told = ({ id, type, captured_at, body, device: sender, attachments, state, receipt, created_at }) => ({ id, type, captured_at, body, device: sender, attachments, state, receipt: receipt ?? null, created_at });

// {entry} of the ZIP file, or {missing}: why it is not in it. Read once, and let go before the next.
async function fileOf(store, { sha256: name, size }) {
  const missing = (reason) => ({ missing: { sha256: name, reason } });
  try {
    const { blob } = (await store.photo(name)) ?? {};
    if (!blob) return missing("not on this phone any more");
    const bytes = new Uint8Array(await blob.arrayBuffer());
    if (bytes.length !== size || (await sha256(blob)) !== name) return missing("damaged on this phone");
    return { entry: [`files/${name}`, blob, crc32(bytes)] };
  } catch (fault) {
    console.warn(fault);
    return missing("cannot be read on this phone");
  }
}

async function begun(store) {
  const sent = await Promise.all((await store.drafts()).map(async ({ name, content }) => name.startsWith("track") || Boolean(content?.id && (await store.record(content.id)))));
  return sent.filter((one) => !one).length;
}

// {blob, name, count, missing, begun}; `missing`: how many files of records that are not delivered could not be put in;
// `begun`: forms that are not sent.
export async function backup(store, me) {
  const records = (await store.records()).reverse();
  const claims = new Map(records.flatMap(({ attachments }) => attachments.map((claim) => [claim.sha256, claim])));
  const files = [];
  for (const claim of claims.values()) files.push(await fileOf(store, claim));
  const missing = files.map((file) => file.missing).filter(Boolean);
  const head = {
    schema: SCHEMA,
    made_at: iso(),
    device: device.get("id"),
    app_version: document.querySelector('meta[name="gridops-version"]')?.content ?? "",
    user: { id: me.user_id, username: me.username, name: me.name },
    records: records.map(told),
    missing,
  };
  const entries = [["backup.json", new Blob([JSON.stringify(head)], { type: "application/json" })], ...files.map((file) => file.entry).filter(Boolean)];
  const owed = new Set(records.filter(({ state }) => state !== "confirmed").flatMap(({ attachments }) => attachments.map((claim) => claim.sha256)));
  return { blob: await zip(entries), name: `gridops-${me.username}-${day()}.zip`, count: records.length, missing: missing.filter((one) => owed.has(one.sha256)).length, begun: await begun(store) };
}

export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
