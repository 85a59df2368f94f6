// Which rows look like one problem reported twice: asked for once the rows are there, so that no list waits for it. The
// chips stay through a renewal of the list until the new answer is there; `=` opens them, Esc closes.

import { onKey } from "./keys.js";
import { current, stand } from "./list.js";

const chips = new Map(); // by the id of the case, as last told
let asking = null;

const list = () => document.querySelector("[data-duplicates]");
const rows = () => [...document.querySelectorAll(".row-case")];
const chipOf = (row) => row && row.querySelector(".same");

// The way from the row to its case leads on to the form begun there, and back; to another case there is none.
function lead(row) {
  const way = new URL(row.querySelector(".row-open").href);
  row.querySelectorAll("[data-onward]").forEach((link) => {
    const onward = new URL(link.href);
    if (onward.pathname !== way.pathname) return;
    way.searchParams.forEach((value, name) => { if (!onward.searchParams.has(name)) onward.searchParams.set(name, value); });
    link.href = onward.href;
  });
}

function show() {
  rows().forEach((row) => {
    const place = row.querySelector("[data-same]");
    const chip = chips.get(row.dataset.case);
    if (place.firstChild === chip) return;
    place.replaceChildren(...(chip ? [chip] : []));
    if (chip) lead(row);
  });
}

// What is open or focused stays as it is while it says the same.
const said = (chip) => chip.querySelector(".same-list").textContent;

function take(html) {
  const found = new Map([...new DOMParser().parseFromString(html, "text/html").querySelectorAll(".same")].map((chip) => [chip.dataset.of, document.adoptNode(chip)]));
  [...chips.keys()].filter((id) => !found.has(id)).forEach((id) => chips.delete(id));
  found.forEach((chip, id) => {
    const old = chips.get(id);
    if (old && said(old) === said(chip)) return;
    chip.open = Boolean(old && old.open);
    chips.set(id, chip);
  });
}

async function ask(unasked = {}) {
  if (!list()) return;
  if (asking) asking.abort();
  asking = new AbortController();
  const asked = rows().map((row) => `case=${row.dataset.case}`).join("&");
  const answer = await fetch(`${list().dataset.duplicates}?${asked}`, { headers: unasked, redirect: "manual", signal: asking.signal });
  if (!answer.ok) return;
  take(await answer.text());
  show();
}

const quietly = (headers) => ask(headers).catch(() => {}); // without chips the list is as good
document.addEventListener("desk:renewed", () => { show(); quietly({ "X-Gridops-Unasked": "yes" }); });

async function tellApart(button) {
  const row = button.closest(".row-case");
  const body = new FormData();
  body.set("other", button.dataset.other);
  body.set("quiet", "yes");
  button.disabled = true;
  body.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
  const answer = await fetch(button.dataset.apart, { method: "POST", body, redirect: "manual" });
  button.disabled = false;
  if (!answer.ok) return;
  stand(row);
  await quietly({});
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-apart]");
  if (button) tellApart(button).catch(() => { button.disabled = false; });
});

// In the chip, Esc closes it before it closes anything else.
document.addEventListener("keydown", (event) => {
  const chip = event.key === "Escape" && event.target.closest && event.target.closest(".same[open]");
  if (!chip) return;
  event.preventDefault();
  chip.open = false;
  stand(chip.closest(".row-case"));
}, true);
onKey("=", () => {
  const chip = chipOf(current());
  if (!chip) return false;
  chip.open = !chip.open;
  if (chip.open) (chip.querySelector("[data-onward]") || chip.querySelector("a")).focus();
  else stand(current());
  return true;
});
quietly({});
