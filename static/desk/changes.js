// What others change, in the open list: asked for each second while the page is seen. The list renews itself where that
// disturbs nobody: nothing ticked, nothing begun, no field in use. Else a quiet bar says how much is new.

import { inField, onKey } from "./keys.js";
import { movedHere, renewed, standsOn, undisturbed } from "./list.js";
import { written } from "./pane.js";

const SECOND = 1000;
const OLD = 5 * 60 * SECOND; // the times left of a list of this age are no longer what it says
const SPACED = 5 * SECOND; // a busy street changes each second: the bar says so, the whole list comes less often
const LONGEST = 60 * SECOND;
// No activity of the person: the session grows idle all the same.
const UNASKED = { "X-Gridops-Unasked": "yes" };

const bar = () => document.querySelector("[data-changes]");
let since = bar().dataset.since;
let changed = new Set();
let late = 0;
let failed = 0;
let shownAt = Date.now();
let renewedAt = 0;
let timer = 0;
let over = false;

function say(text) {
  const status = bar().querySelector("[role=status]");
  if (status.textContent !== text) status.textContent = text;
}

// The person is no longer signed in: nothing more to ask for.
function end() {
  over = true;
  bar().querySelector("[data-refresh]").hidden = true;
  say(bar().dataset.ended);
}

// What is out of sight now and did not stand in this list (a unit had returned it before) is no news here.
const stands = (id) => document.querySelector(`.row-case[data-case="${id}"]`) !== null;

function note(found) {
  since = found.version;
  [...found.cases, ...found.gone.filter(stands)].filter((id) => !movedHere(id)).forEach((id) => changed.add(id));
  late += found.late;
  Object.entries(found.tabs).forEach(([tab, text]) => {
    const place = document.querySelector(`[data-tab="${tab}"]`);
    if (place) place.textContent = text;
  });
}

async function ask() {
  const headers = { ...UNASKED, "If-None-Match": `"${since}"` };
  const answer = await fetch(`${bar().dataset.changes}?since=${since}`, { headers, redirect: "manual", signal: AbortSignal.timeout(10 * SECOND) });
  if (answer.type === "opaqueredirect" || answer.status === 403) return end();
  if (answer.status === 304) since = (answer.headers.get("ETag") || since).replaceAll('"', "");
  else if (answer.ok) note(await answer.json());
  else throw new Error(String(answer.status));
  failed = 0;
  const new_ = changed.size + late;
  const free = undisturbed() && !written() && !inField() && !document.querySelector("dialog[open], details.menu[open], .same:focus-within");
  const due = Date.now() - renewedAt > SPACED;
  if (free && due && (new_ || Date.now() - shownAt > OLD)) { renewedAt = Date.now(); return refresh(UNASKED); }
  say(new_ ? bar().dataset.words.replace("{n}", new_) : "");
  return undefined;
}

// The list as it stands now in the place of the one shown; the row with the focus keeps it.
async function refresh(headers) {
  const answer = await fetch(location.href, { headers, redirect: "manual", signal: AbortSignal.timeout(20 * SECOND) });
  if (answer.type === "opaqueredirect") return end();
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const stood = standsOn();
  for (const part of [".side-tabs", ".queue-main"]) {
    const old = document.querySelector(part);
    const made = page.querySelector(part);
    if (!made) throw new Error(part);
    old.replaceWith(document.adoptNode(made));
  }
  since = bar().dataset.since;
  changed = new Set();
  late = 0;
  shownAt = Date.now();
  renewed(stood);
  return undefined;
}

async function turn() {
  timer = 0;
  if (document.hidden || over) return;
  try { await ask(); } catch { failed += 1; }
  timer = setTimeout(turn, Math.min(SECOND * 2 ** failed, LONGEST));
}

document.addEventListener("visibilitychange", () => { if (!document.hidden && !timer) turn(); });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-refresh]")) refresh({}).catch(() => location.reload());
});
onKey("r", () => { if (!over) refresh({}).catch(() => location.reload()); });
timer = setTimeout(turn, SECOND);
