// Sends what was captured: records first, oldest first; then files, turn by turn the oldest and the newest, so that
// neither waits behind the other. One sender for all tabs of a phone. A fault of one record or file marks that one and
// goes on; no network, a foreign page, an ended sign-in or a full server stops everything until later. What fails
// although the server is there is set aside until the next turn: nothing waits behind it, but for a while what belongs to
// the same round, outing or case, which is understood in its order.

import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { ask, reason, STOPS } from "./net.js";

const PART = 262_144;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000, 60_000];
const CONFIRM_EACH = 10;
const IN_ORDER_TRIES = 5;
const TIES = ["outing", "round", "case", "incident", "problem", "same_as"];
const ties = ({ id, body }) => [id, ...TIES.map((name) => body[name]).filter(Boolean)];

// A receipt that says what was asked: of this record, with its digest.
const isReceipt = (said, id) => said?.id === id && /^[0-9a-f]{64}$/.test(said.digest ?? "") && typeof said.complete === "boolean";

export class Engine {
  // `renew()` fetches who is signed in and the token anew; `paused()` says whether pictures wait for Wi-Fi.
  constructor(store, { renew, paused = () => false } = {}) {
    Object.assign(this, { store, renew, paused, user: store.userId, tries: 0, timer: 0, running: null, again: false });
    this.stopped = ""; // why nothing is sent now: a kind of net.js
    this.aside = new Set(); // records and files of this turn that did not get through although the server is there
    this.tied = new Set(); // what records that were set aside belong to
    this.begun = new Set(); // files of which some may have arrived
    this.lock = `gridops-sync-${store.userId}`;
    this.wakeUp = () => this.wake();
  }

  start() {
    globalThis.addEventListener("online", this.wakeUp);
    document.addEventListener("visibilitychange", this.wakeUp);
    this.wake();
  }

  stop() {
    this.ended = true;
    clearTimeout(this.timer);
    globalThis.removeEventListener("online", this.wakeUp);
    document.removeEventListener("visibilitychange", this.wakeUp);
  }

  // Sends now; called while sending, it looks again afterwards. Resolves when there is nothing to do for now.
  wake() {
    this.again = true;
    this.running ??= this.#turn().finally(() => { this.running = null; });
    return this.running;
  }

  async #turn() {
    clearTimeout(this.timer);
    while (this.again && !this.ended) {
      this.again = false;
      const stopped = await this.#alone();
      if (stopped === "busy") break; // another tab sends
      if (this.stopped !== stopped && !this.ended) {
        this.stopped = stopped;
        this.store.changed();
      }
      if (stopped) {
        this.again = false;
        this.#later();
      } else this.tries = 0;
    }
    if (!this.stopped && !this.ended) this.timer = setTimeout(this.wakeUp, RETRY_MS.at(-1));
  }

  async #alone() {
    const send = () => this.#send().catch((fault) => {
      if (!this.ended) console.error(fault); // the phone's own storage fails: what is stored stays, later is another try
      return "again";
    });
    if (!navigator.locks) return send();
    return navigator.locks.request(this.lock, { ifAvailable: true }, (lock) => (lock ? send() : "busy"));
  }

  #later() {
    if (this.ended) return;
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(this.wakeUp, wait * (0.75 + Math.random() / 2));
  }

  async #send() {
    this.aside.clear();
    this.tied.clear();
    for (;;) {
      const stopped = (await this.#records()) || (await this.#file());
      if (stopped === "none") return (await this.#confirm()) || (this.aside.size ? "again" : "");
      if (stopped) return stopped;
    }
  }

  // Whether it failed for itself alone: the server answers, so the others need not wait.
  async #setAside(name, kind) {
    if ((kind !== "again" && kind !== "portal") || !(await this.#renewed())) return false;
    this.aside.add(name);
    return true;
  }

  // All records that wait, also those captured meanwhile.
  async #records() {
    for (;;) {
      const waiting = await this.store.inState("queued", this.aside.size ? Infinity : 1);
      const record = waiting.find((one) => !this.aside.has(one.id) && !ties(one).some((name) => this.tied.has(name)));
      if (!record || this.ended) return "";
      const verdict = await this.#put(record);
      if (!STOPS.has(verdict.kind)) await this.#settle(record, verdict);
      else if (await this.#setAside(record.id, verdict.kind)) await this.#notSent(record);
      else return verdict.kind;
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
    const places = (json?.errors ?? []).map(({ field }) => /^attachments\[(\d+)\]\.size$/.exec(field)?.[1]);
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
    if (verdict.kind === "ok") return this.#receipted(record, verdict.json, tried);
    const state = { refused: "refused", conflict: "conflict", gone: "gone" }[verdict.kind] ?? "refused";
    return this.store.update(record.id, { state, reason: reason(verdict), errors: verdict.json?.errors ?? [], status: verdict.status, tried_at: tried });
  }

  async #receipted(record, receipt, at) {
    this.tries = 0;
    const changes = { receipt, reason: "", errors: [], failed: 0, tried_at: at, sent_at: record.sent_at ?? at };
    for (const { sha256 } of record.attachments) {
      if (record.left_out?.includes(sha256)) continue;
      if (!receipt.missing.includes(sha256)) await this.store.updatePhoto(sha256, { state: "confirmed", reason: "" });
    }
    if (receipt.complete && !record.left_out?.length) Object.assign(changes, { state: "confirmed", confirmed_at: at });
    else changes.state = "sent";
    return this.store.update(record.id, changes);
  }

  // One file that waits; "none" when there is none.
  async #file() {
    const file = await this.#nextFile();
    if (!file || this.ended) return "none";
    const verdict = await this.#upload(file);
    if (STOPS.has(verdict.kind)) return (await this.#setAside(file.sha256, verdict.kind)) ? "" : verdict.kind;
    this.tries = 0;
    if (verdict.kind === "ok") await this.store.updatePhoto(file.sha256, { state: "confirmed", reason: "" });
    else await this.store.updatePhoto(file.sha256, { state: "stuck", reason: reason(verdict), status: verdict.status });
    await this.#confirm(file.sha256);
    return "";
  }

  // Of the records that the server has: turn by turn the oldest and the newest file; on a bad line the smallest first.
  async #nextFile() {
    const waiting = new Set(await this.store.photoNames("queued"));
    const due = [];
    // A disputed record is kept on both sides, so its pictures belong there too.
    const taken = waiting.size ? [...(await this.store.inState("sent")), ...(await this.store.inState("conflict"))] : [];
    for (const { attachments } of taken) {
      for (const claim of attachments) {
        const wanted = waiting.has(claim.sha256) && !this.aside.has(claim.sha256);
        if (wanted && !(this.paused() && claim.mime.startsWith("image/"))) due.push(claim);
      }
    }
    if (!due.length) return null;
    let next;
    if (this.slow || /2g/.test(navigator.connection?.effectiveType ?? "")) next = due.reduce((least, one) => (one.size < least.size ? one : least));
    else {
      this.newest = !this.newest;
      next = this.newest ? due[0] : due.at(-1);
    }
    return this.store.photo(next.sha256);
  }

  // From where the last try was cut off, part by part.
  async #upload({ sha256, blob, mime, size }) {
    const path = `/api/v1/attachments/${sha256}`;
    if (!blob) return { kind: "refused", json: { detail: "no bytes" } };
    const headers = { "Content-Type": mime };
    const send = (more) => ask("PUT", path, { user: this.user, ...more });
    let offset = 0;
    if (size > PART || this.begun.has(sha256)) {
      const known = await ask("HEAD", path, { user: this.user });
      if (known.kind !== "ok") return STOPS.has(known.kind) ? known : { kind: "again" };
      if (known.headers.get("Upload-Complete") === "?1") return { kind: "ok" };
      offset = Number(known.headers.get("Upload-Offset"));
    }
    this.begun.add(sha256);
    for (let renewed = false; ;) {
      const end = Math.min(size, offset + PART);
      const whole = offset === 0 && end === size;
      const range = whole ? {} : { "Content-Range": `bytes ${offset}-${end - 1}/${size}` };
      const began = now().getTime();
      const verdict = await send({ bytes: blob.slice(offset, end, mime), headers: { ...headers, ...range } });
      if (verdict.kind === "refused" && tokenFault(verdict) && !renewed) {
        renewed = true;
        if (await this.#renewed()) continue;
        return { kind: "signed_out" };
      }
      // Another try of this file is still under way there, or its parts were lost: HEAD tells next time.
      if (verdict.kind === "conflict") return { kind: "again" };
      if (verdict.kind !== "ok") return verdict;
      this.slow = (end - offset) / Math.max(1, now().getTime() - began) < 20; // less than 20 kB a second
      if (verdict.json.complete === true && verdict.json.sha256 === sha256) return verdict;
      const received = verdict.json.received;
      if (verdict.status !== 202 || !(received > offset)) return { kind: "portal" };
      offset = received;
    }
  }

  // Asks for the receipts of records whose files are all there: only a complete receipt confirms.
  async #confirm(sha256) {
    const waiting = new Set(await this.store.photoNames("queued"));
    const due = (await this.store.inState("sent")).filter((record) => {
      const concerned = !sha256 || record.attachments.some((one) => one.sha256 === sha256);
      return concerned && record.attachments.every((one) => !waiting.has(one.sha256));
    });
    for (const record of due.slice(0, sha256 ? CONFIRM_EACH : Infinity)) {
      const verdict = await ask("GET", `/api/v1/records/${record.id}`, { user: this.user });
      if (STOPS.has(verdict.kind)) return verdict.kind;
      if (verdict.kind !== "ok" || !isReceipt(verdict.json, record.id)) continue;
      await this.#receipted(record, verdict.json, iso());
      await this.#sendMissing(record, verdict.json.missing);
    }
    return "";
  }

  // What the server has not got although this phone thought so is sent again.
  async #sendMissing(record, missing) {
    for (const hash of missing) {
      const photo = await this.store.photo(hash);
      if (photo?.state !== "confirmed") continue;
      await this.store.updatePhoto(hash, { state: "queued" });
      this.again = true;
    }
  }
}

const tokenFault = (verdict) => verdict.status === 400 && (verdict.json?.errors ?? []).some((error) => error.field === "X-CSRFToken");
