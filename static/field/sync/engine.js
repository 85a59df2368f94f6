// Sends what was captured: records first, oldest first; then files, turn by turn the oldest and the newest, so that
// neither waits behind the other. One sender for all tabs of a phone. A fault of one record or file marks that one and
// goes on; no network, a foreign page, an ended sign-in or a full server stops everything until later. What fails
// although the server is there is set aside until the next turn: nothing waits behind it, but for a while what belongs to
// the same round, outing or case, which is understood in its order.

import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { ask, errorsOf, reason, STOPS } from "./net.js";
import { received, waits } from "./settle.js";

const PART = 262_144;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000, 60_000];
const BUSY_MS = 5_000; // another tab sends: it may be closed
const CONFIRM_EACH = 10;
const IN_ORDER_TRIES = 5;
const TIES = ["outing", "round", "case", "incident", "problem", "same_as"];
const ties = ({ id, body }) => [id, ...TIES.map((name) => body[name]).filter(Boolean)];

// A receipt that says what was asked: of this record, with its digest.
const isReceipt = (said, id) => said?.id === id && /^[0-9a-f]{64}$/.test(said.digest ?? "") && typeof said.complete === "boolean" && Array.isArray(said.missing);

const FULL_OR_CLOSED = new Set(["phone", "storage"]); // nothing of what is heard can be stored: later, not at once

const HELD = new Set(["sent", "parted"]); // by the server, for all that is known; not yet confirmed

// 省流量: what waits for Wi-Fi.
const LARGE = /^(image|audio|video)\//;

export class Engine {
  // `renew()` fetches who is signed in and the token anew; `paused()` says whether pictures wait for Wi-Fi.
  constructor(store, { renew, paused = () => false } = {}) {
    Object.assign(this, { store, renew, paused, user: store.userId, tries: 0, timer: 0, running: null, again: false });
    // Why nothing is sent now: a kind of net.js; "partly": some did not get through; "wifi": only what
    // waits for it is left; "storage": the phone's own fails.
    this.stopped = "";
    this.aside = new Set(); // records and files of this turn that did not get through although the server is there
    this.late = new Set(); // the records concerned
    this.tied = new Set(); // what records that were set aside belong to
    this.plan = null; // files that wait, oldest first: {sha256, size, mime, records}; null: to be looked up
    this.begun = new Set(); // files of which some may have arrived
    this.gone = new Set(); // files that the server took in this turn
    this.lock = `gridops-sync-${store.userId}`;
    this.wakeUp = () => this.wake();
  }

  start() {
    globalThis.addEventListener("online", this.wakeUp);
    navigator.connection?.addEventListener?.("change", this.wakeUp);
    document.addEventListener("visibilitychange", this.wakeUp);
    this.wake();
  }

  stop() {
    this.ended = true;
    clearTimeout(this.timer);
    globalThis.removeEventListener("online", this.wakeUp);
    navigator.connection?.removeEventListener?.("change", this.wakeUp);
    document.removeEventListener("visibilitychange", this.wakeUp);
  }

  // Sends now; called while sending, it looks again afterwards. Resolves when there is nothing to do for now.
  wake() {
    this.again = true;
    this.plan = null;
    this.running ??= this.#turn();
    return this.running;
  }

  async #turn() {
    clearTimeout(this.timer);
    await null; // `running` is set before it can be taken back
    let stopped = "";
    try {
      while (this.again && !this.ended) {
        this.again = false;
        stopped = await this.#alone();
        this.#tell(stopped);
        if (STOPS.has(stopped) || FULL_OR_CLOSED.has(stopped)) this.again = false;
      }
    } finally {
      this.running = null; // with the last look at `again`: a call between the two would wait for the next turn
      if (!this.ended) this.#later(stopped);
    }
  }

  #tell(stopped) {
    const said = stopped === "busy" ? "" : stopped; // what the other tab meets with is not known here
    if (this.ended || (this.stopped === said && said !== "partly")) return;
    this.stopped = said;
    this.store.changed();
  }

  async #alone() {
    try {
      if (!navigator.locks) return await this.#send();
      return await navigator.locks.request(this.lock, { ifAvailable: true }, (lock) => (lock ? this.#send() : "busy"));
    } catch (fault) {
      if (!this.ended) console.error(fault); // what is stored stays, later is another try
      return fault?.name === "QuotaExceededError" ? "phone" : "storage";
    }
  }

  #later(stopped) {
    let wait = RETRY_MS.at(-1);
    if (stopped === "busy") wait = BUSY_MS;
    else if (!stopped || stopped === "wifi") this.tries = 0;
    else {
      wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
      this.tries += 1;
    }
    this.timer = setTimeout(this.wakeUp, wait * (0.75 + Math.random() / 2));
  }

  async #send() {
    for (const what of [this.aside, this.late, this.tied, this.gone]) what.clear();
    this.plan = null;
    for (;;) {
      const stopped = (await this.#records()) || (await this.#file());
      if (stopped === "none") return (await this.#confirm()) || (this.late.size ? "partly" : this.plan?.length ? "wifi" : "");
      if (stopped) return stopped;
    }
  }

  // Whether it failed for itself alone: the server answers, so the others need not wait.
  async #setAside(name, kind, records) {
    if (this.ended || (kind !== "again" && kind !== "portal") || !(await this.#renewed())) return false;
    this.#leave(name, records);
    return true;
  }

  #leave(name, records) {
    this.aside.add(name);
    records.forEach((id) => this.late.add(id));
  }

  // All records that wait, also those captured meanwhile: by their names, each read when it is its turn.
  async #records() {
    for (;;) {
      const ids = (await this.store.idsIn("queued")).filter((id) => !this.aside.has(id));
      if (!ids.length) return "";
      for (const id of ids) {
        const stopped = this.ended ? "again" : await this.#record(id);
        if (stopped) return stopped;
      }
    }
  }

  async #record(id) {
    const record = await this.#read(id);
    if (record?.state !== "queued") return "";
    if (ties(record).some((name) => this.tied.has(name))) {
      this.#leave(id, [id]);
      return "";
    }
    const verdict = await this.#put(record);
    if (!STOPS.has(verdict.kind)) await this.#settle(record, verdict);
    else if (await this.#setAside(id, verdict.kind, [id])) await this.#notSent(record);
    else return verdict.kind;
    return "";
  }

  // One that the phone cannot read any more holds up no other.
  async #read(id) {
    try {
      return await this.store.record(id);
    } catch (fault) {
      if (fault?.name === "InvalidStateError") throw fault; // the whole store is closed
      console.error(fault);
      this.#leave(id, [id]);
      return undefined;
    }
  }

  async #notSent(record) {
    const failed = (record.failed ?? 0) + 1;
    if (failed < IN_ORDER_TRIES) ties(record).forEach((name) => this.tied.add(name));
    await this.store.update(record.id, { failed, tried_at: iso(), reason: t("这次没有送达，稍后自动再试。") });
  }

  async #put(record) {
    const { type, captured_at, body, device, id } = record;
    const attachments = record.attachments.filter(({ sha256 }) => !record.left_out?.includes(sha256));
    const json = { type, captured_at, sent_at: iso(), device, body, attachments };
    const send = () => ask("PUT", `/api/v1/records/${id}`, { user: this.user, json });
    let verdict = await send();
    if (verdict.kind === "refused" && tokenFault(verdict) && (await this.#renewed())) verdict = await send();
    // An answer that is none of a record's is no receipt, whatever its status says.
    if (verdict.kind === "ok" && !isReceipt(verdict.json, id)) return { kind: "portal" };
    if (verdict.kind === "refused" && tokenFault(verdict)) return { kind: "signed_out" };
    if (verdict.kind === "refused" && (await this.#leftOut(record, attachments, verdict))) return this.#put(record);
    return verdict;
  }

  // A file larger than the server takes is shown as stuck; what else there is of the record goes without it.
  async #leftOut(record, sent, { json }) {
    const places = errorsOf({ json }).map(({ field }) => /^attachments\[(\d+)\]\.size$/.exec(field)?.[1]);
    if (!places.length || !places.every((place) => sent[place])) return false;
    const names = places.map((place) => sent[place].sha256);
    for (const name of names) await this.store.updatePhoto(name, { state: "stuck", reason: t("文件太大，服务器不接收。") });
    record.left_out = [...(record.left_out ?? []), ...names];
    await this.store.update(record.id, { left_out: record.left_out });
    return true;
  }

  async #renewed() {
    return (await this.renew?.()) === this.user;
  }

  async #settle(record, verdict) {
    const tried = iso();
    if (verdict.kind === "ok") {
      this.tries = 0;
      return this.#received(record.id, verdict.json, tried);
    }
    const state = { refused: "refused", conflict: "conflict", gone: "gone" }[verdict.kind] ?? "refused";
    this.plan = null;
    return this.store.update(record.id, { state, reason: reason(verdict), errors: errorsOf(verdict), status: verdict.status, tried_at: tried });
  }

  async #received(id, receipt, at) {
    if (!receipt.complete) this.plan = null;
    for (const sha256 of await received(this.store, id, receipt, at)) {
      if (this.gone.has(sha256)) this.#leave(sha256, [id]); // or it went up again and again
      else this.again = true;
    }
  }

  // One file that waits; "none" when there is none.
  async #file() {
    const next = await this.#nextFile();
    if (!next || this.ended) return "none";
    const { sha256, records } = next;
    const file = await this.#bytes(sha256);
    if (file?.state !== "queued") return "";
    const verdict = await this.#upload(file);
    if (STOPS.has(verdict.kind)) return (await this.#setAside(sha256, verdict.kind, records)) ? "" : verdict.kind;
    this.tries = 0;
    if (verdict.kind === "ok") {
      this.gone.add(sha256);
      await this.store.updatePhoto(sha256, { state: "confirmed", reason: "" });
    } else await this.store.updatePhoto(sha256, { state: "stuck", reason: reason(verdict), status: verdict.status });
    await this.#confirm(records.slice(0, CONFIRM_EACH));
    return "";
  }

  // Of some phones already the reading of a file that is not whole any more fails.
  async #bytes(sha256) {
    try {
      return await this.store.photo(sha256);
    } catch (fault) {
      if (fault?.name === "InvalidStateError") throw fault;
      return { sha256, state: "queued", blob: null };
    }
  }

  // Turn by turn the oldest and the newest file; on a bad line the smallest first.
  async #nextFile() {
    this.plan ??= await this.#planned();
    const paused = this.paused();
    const due = this.plan.filter(({ mime }) => !(paused && LARGE.test(mime)));
    if (!due.length) return null;
    let next;
    if (this.slow || /2g/.test(navigator.connection?.effectiveType ?? "")) next = due.reduce((least, one) => (one.size < least.size ? one : least));
    else {
      this.newest = !this.newest;
      next = this.newest ? due[0] : due.at(-1);
    }
    this.plan.splice(this.plan.indexOf(next), 1);
    return next;
  }

  // Of the records that the server has; a disputed one is kept on both sides, so its files belong there too.
  async #planned() {
    const waiting = new Set(await this.store.photoNames("queued"));
    if (!waiting.size) return [];
    const taken = (await Promise.all(["sent", "parted", "conflict"].map((state) => this.store.inState(state)))).flat();
    const plan = new Map();
    for (const { id, attachments, left_out: without } of taken.sort((one, other) => one.seq - other.seq)) {
      for (const { sha256, size, mime } of attachments) {
        if (!waiting.has(sha256) || this.aside.has(sha256) || without?.includes(sha256)) continue;
        if (plan.has(sha256)) plan.get(sha256).records.push(id);
        else plan.set(sha256, { sha256, size, mime, records: [id] });
      }
    }
    return [...plan.values()];
  }

  // From where the last try was cut off, part by part.
  async #upload({ sha256, blob, mime, size }) {
    const path = `/api/v1/attachments/${sha256}`;
    const headers = { "Content-Type": mime };
    const send = (more) => ask("PUT", path, { user: this.user, ...more });
    let offset = 0;
    if (size > PART || this.begun.has(sha256)) {
      const known = await ask("HEAD", path, { user: this.user });
      if (known.kind !== "ok") return STOPS.has(known.kind) ? known : { kind: "again" };
      if (known.headers.get("Upload-Complete") === "?1") return { kind: "ok" };
      offset = Number(known.headers.get("Upload-Offset")) || 0;
      if (offset >= size) offset = Math.max(0, size - PART); // all is there but was not put together: the last part does it
    }
    this.begun.add(sha256);
    for (let renewed = false; ;) {
      if (this.ended) return { kind: "again" };
      const end = Math.min(size, offset + PART);
      const whole = offset === 0 && end === size;
      const range = whole ? {} : { "Content-Range": `bytes ${offset}-${end - 1}/${size}` };
      const bytes = await read(blob, offset, end);
      if (!bytes) return { kind: "refused", json: { detail: t("手机里的这个文件已损坏，读不出来。请重新拍照或选择后再上报。") } };
      const began = now().getTime();
      const verdict = await send({ bytes, headers: { ...headers, ...range } });
      if (verdict.kind === "refused" && tokenFault(verdict) && !renewed) {
        renewed = true;
        if (await this.#renewed()) continue;
        return { kind: "signed_out" };
      }
      // Another try of this file is still under way there, or its parts were lost: HEAD tells next time.
      if (verdict.kind === "conflict") return { kind: "again" };
      if (verdict.kind !== "ok") return verdict;
      this.slow = (end - offset) / Math.max(1, now().getTime() - began) < 20; // less than 20 kB a second
      if (verdict.json?.complete === true && verdict.json.sha256 === sha256) return verdict;
      const have = verdict.json?.received;
      if (verdict.status !== 202 || !(have > offset)) return { kind: "portal" };
      offset = have;
    }
  }

  // Asks for the receipts of records whose files are all there, of these or of all: only a complete receipt confirms.
  async #confirm(ids) {
    for (const id of ids ?? (await this.store.idsIn("sent"))) {
      const record = await this.#read(id);
      if (!HELD.has(record?.state) || (await waits(this.store, record))) continue;
      const verdict = await ask("GET", `/api/v1/records/${id}`, { user: this.user });
      if (STOPS.has(verdict.kind)) return verdict.kind;
      if (verdict.kind === "ok" && isReceipt(verdict.json, id)) await this.#received(id, verdict.json, iso());
      else if (verdict.kind === "gone") await this.#lost(record);
    }
    return "";
  }

  // A server that was set back to an earlier day has lost it: what is here is sent to it once more, the next turn.
  async #lost({ id }) {
    await this.store.update(id, { state: "queued", receipt: null }, HELD);
    this.#leave(id, [id]);
  }
}

// The bytes of a part; null where the phone has not got them (all) any more.
async function read(blob, from, to) {
  const bytes = await blob?.slice(from, to).arrayBuffer().catch(() => null);
  return bytes?.byteLength === to - from ? bytes : null;
}

const tokenFault = (verdict) => verdict.status === 400 && errorsOf(verdict).some((error) => error.field === "X-CSRFToken");
