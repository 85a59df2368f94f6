// One request and what its answer means. A network at night lies: a page of a captive portal is no answer of ours,
// whatever its status; only JSON that says what was asked for counts.

import { device } from "../lib/device.js";
import { compare, now } from "../lib/when.js";
import { joined, language } from "../lib/words.js";

// ok: answered as asked · again: nothing came through, try later · portal: somebody else answered · signed_out ·
// forbidden: the account may not, whatever it sends · full: the server cannot take more now · refused: this one is not taken as it is · conflict · gone
export const STOPS = new Set(["again", "portal", "signed_out", "forbidden", "full"]);

const PATIENCE_MS = 30_000;
const SLOWEST = 4_000; // bytes a second, below which a picture is cut off

let csrf = "";
export const token = (value) => { csrf = value; };

function meaning(status, type) {
  // Ours refuses in problem+json; plain JSON that refuses was said by something on the way.
  if (!type.startsWith(status < 400 ? "application/json" : "application/problem+json")) return status >= 500 ? "again" : "portal";
  if (status >= 200 && status < 300) return "ok";
  if (status === 401) return "signed_out";
  if (status === 403) return "forbidden";
  if (status === 429 || status === 507) return "full";
  if (status >= 500 || status === 408) return "again";
  if (status === 409) return "conflict";
  if (status === 404 || status === 410) return "gone";
  return "refused";
}

// Nothing is asked for while a new version takes over, in no tab: one request is enough to wake the old one, and the
// browser then lets that live on for up to five minutes.
const tabs = new BroadcastChannel("gridops-field-hush");
let quiet = Promise.resolve();
const wait = (ms) => { quiet = new Promise((done) => { setTimeout(done, ms); }); };
tabs.onmessage = ({ data }) => wait(data);
export const calm = () => quiet;
export function hush(ms) {
  wait(ms);
  tabs.postMessage(ms);
}

// What was asked for is wanted no more: a browser has six connections, and on a bad line it would hold them all.
const onTheWay = new Set();
export const cutOff = () => onTheWay.forEach((cutting) => cutting.abort());

// Runs `what(signal)`, cut off after so long. (AbortSignal.timeout() is younger than the browsers of some phones.)
export async function within(ms, what) {
  const cutting = new AbortController();
  const timer = setTimeout(() => cutting.abort(), ms);
  onTheWay.add(cutting);
  try {
    return await what(cutting.signal);
  } finally {
    clearTimeout(timer);
    onTheWay.delete(cutting);
  }
}

// {kind, status, json, headers}; never throws. `user`: the server refuses when somebody else is signed in. `bytes`: an ArrayBuffer.
export function ask(method, path, given = {}) {
  const patience = given.timeout ?? PATIENCE_MS + ((given.bytes?.byteLength ?? 0) / SLOWEST) * 1000;
  return within(patience, (signal) => answered(method, path, given, signal));
}

async function answered(method, path, { user, json, bytes, headers = {} }, signal) {
  await quiet;
  const body = json === undefined ? bytes : JSON.stringify(json);
  const sent = {
    Accept: "application/json",
    "Accept-Language": language(), // what is wrong is said to a person
    ...(json === undefined ? {} : { "Content-Type": "application/json" }),
    ...(method === "GET" || method === "HEAD" ? {} : { "X-CSRFToken": csrf }),
    ...(user ? { "X-Gridops-User": String(user) } : {}),
    ...headers,
  };
  const asked = now();
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: sent, credentials: "same-origin", redirect: "manual", cache: "no-store", signal });
  } catch {
    return { kind: "again", status: 0 };
  }
  if (answer.type === "opaqueredirect") return { kind: "portal", status: 0 };
  const heard = now();
  if (answer.status === 304) {
    learn(answer.headers, asked, heard);
    return { kind: "same", status: 304, headers: answer.headers };
  }
  if (method === "HEAD") return { kind: answer.headers.has("Upload-Offset") ? "ok" : meaning(answer.status, answer.headers.get("Content-Type") || ""), status: answer.status, headers: answer.headers };
  const kind = meaning(answer.status, answer.headers.get("Content-Type") || "");
  let said;
  try {
    said = await answer.json();
  } catch {
    // Cut off in the middle of the answer: whether it was stored is not known, so it is asked again.
    return { kind: kind === "portal" ? "portal" : "again", status: answer.status };
  }
  learn(answer.headers, asked, heard);
  return { kind, status: answer.status, json: said, headers: answer.headers };
}

// How far off this phone's clock is; kept, so that it is known without a network too. Only our server's word counts:
// the Date of an answer may be that of something on the way.
function learn(headers, asked, heard) {
  const clock = compare(headers.get("X-Gridops-Now"), asked, heard);
  if (clock) device.set("clock", clock).catch((fault) => console.error(fault));
}

// What a problem answer says of single fields; who else answers on the way may say anything there.
export const errorsOf = ({ json }) => (Array.isArray(json?.errors) ? json.errors.filter(Boolean) : []);

// What a problem answer says, in one line.
export function reason(verdict) {
  const detail = typeof verdict.json?.detail === "string" ? verdict.json.detail : "";
  return detail || joined(errorsOf(verdict).map((error) => error.reason), "；") || String(verdict.status || "");
}
