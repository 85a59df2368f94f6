// One request and what its answer means. A network at night lies: a page of a captive portal is no answer of ours,
// whatever its status; only JSON that says what was asked for counts.

import { compare, now } from "../lib/when.js";

// ok: answered as asked · again: nothing came through, try later · portal: somebody else answered · signed_out ·
// forbidden: the account may not, whatever it sends · full: the server cannot take more now · refused: this one is not taken as it is · conflict · gone
export const STOPS = new Set(["again", "portal", "signed_out", "forbidden", "full"]);

const PATIENCE_MS = 30_000;
const SLOWEST = 4_000; // bytes a second, below which a picture is cut off

let csrf = "";
export const token = (value) => { csrf = value; };

function meaning(status, type) {
  if (!type.startsWith("application/json") && !type.startsWith("application/problem+json")) return status >= 500 ? "again" : "portal";
  if (status >= 200 && status < 300) return "ok";
  if (status === 401) return "signed_out";
  if (status === 403) return "forbidden";
  if (status === 429 || status === 507) return "full";
  if (status >= 500 || status === 408) return "again";
  if (status === 409) return "conflict";
  if (status === 404 || status === 410) return "gone";
  return "refused";
}

// {kind, status, json, headers}; never throws. `user`: the server refuses when somebody else is signed in.
export async function ask(method, path, { user, json, bytes, headers = {}, timeout } = {}) {
  const body = json === undefined ? bytes : JSON.stringify(json);
  const patience = timeout ?? PATIENCE_MS + (bytes ? (bytes.size / SLOWEST) * 1000 : 0);
  const sent = {
    Accept: "application/json",
    ...(json === undefined ? {} : { "Content-Type": "application/json" }),
    ...(method === "GET" || method === "HEAD" ? {} : { "X-CSRFToken": csrf }),
    ...(user ? { "X-Gridops-User": String(user) } : {}),
    ...headers,
  };
  const asked = now();
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: sent, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(patience) });
  } catch {
    return { kind: "again", status: 0 };
  }
  if (answer.type === "opaqueredirect") return { kind: "portal", status: 0 };
  if (answer.status === 304) return { kind: "same", status: 304, headers: answer.headers };
  if (method === "HEAD") return { kind: answer.headers.has("Upload-Offset") ? "ok" : meaning(answer.status, answer.headers.get("Content-Type") || ""), status: answer.status, headers: answer.headers };
  const kind = meaning(answer.status, answer.headers.get("Content-Type") || "");
  let said;
  try {
    said = await answer.json();
  } catch {
    // Cut off in the middle of the answer: whether it was stored is not known, so it is asked again.
    return { kind: kind === "portal" ? "portal" : "again", status: answer.status };
  }
  const told = answer.headers.get("X-Gridops-Now") ?? answer.headers.get("Date");
  if (told) compare(told, asked, now());
  return { kind, status: answer.status, json: said, headers: answer.headers };
}

// What a problem answer says, in one line.
export function reason(verdict) {
  const said = verdict.json ?? {};
  const fields = (said.errors ?? []).map((error) => `${error.field}: ${error.reason}`).join("；");
  return [said.detail, said.detail?.includes(fields) ? "" : fields].filter(Boolean).join(" ") || String(verdict.status || "");
}
