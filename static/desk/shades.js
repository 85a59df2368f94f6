// The colours of the map by a figure of a month: the grids right below one, a touch on one leads into it.

import { words } from "./data.js";

const STEPS = 5;
const part = document.querySelector("[data-shade]");
// Absent where nobody's figures are to be seen.
const [choice, month, where, up, status, table] = ["#figure", "#month", "[data-shade-at]", "[data-shade-up]", "[data-shade-status]", "table"].map((name) => part && part.querySelector(name));
let found = null;
let asking = null;
let draw = () => {};
let fit = () => {};

const number = (value) => (value === null ? null : Number.parseFloat(value));
const said = (value, rate) => (value === null ? "—" : rate ? `${value}%` : Number(value).toLocaleString());

// The step of each code, 1 to 5, in equal parts up to the highest (of a rate up to 100); null where there is no value.
function stepped(rows, key, rate) {
  const top = rate ? 100 : Math.max(1, ...rows.map((row) => number(row[key]) ?? 0));
  return rows.map((row) => {
    const value = number(row[key]);
    const step = value === null ? null : Math.min(STEPS, 1 + Math.floor((value / top) * STEPS));
    return { code: row.code, name: row.name, step, text: said(row[key], rate) };
  });
}

export function shown() {
  const key = choice.value;
  if (!found || !key) return [];
  return stepped(found.rows, key, choice.selectedOptions[0].hasAttribute("data-rate"));
}

function list(rows) {
  table.hidden = rows.length === 0;
  table.querySelector("[data-shade-name]").textContent = choice.selectedOptions[0].textContent;
  table.querySelector("tbody").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    const into = Object.assign(document.createElement("button"), { type: "button", textContent: row.name });
    into.addEventListener("click", () => ask(row.code, true));
    const box = Object.assign(document.createElement("span"), { className: `shade-box${row.step ? ` shade-${row.step}` : ""}` });
    const [name, value] = [document.createElement("td"), Object.assign(document.createElement("td"), { className: "num", textContent: row.text })];
    name.append(box, into);
    line.append(name, value);
    return line;
  }));
}

function show() {
  const rows = shown();
  list(rows);
  where.textContent = choice.value && found ? found.name : "";
  up.hidden = !(choice.value && found && found.above);
  status.textContent = !choice.value || !found ? "" : rows.length ? words.counted.replace("{month}", found.month).replace("{at}", found.as_of.replace("T", " ").slice(0, 16)) : words.none;
  draw(rows);
}

// With `into` the map goes where the colours are.
async function ask(code = found ? found.code : "", into = false) {
  if (asking) asking.abort();
  asking = new AbortController();
  status.textContent = words.loading;
  try {
    const answer = await fetch(`/desk/map/figures?${new URLSearchParams({ at: code, month: month.value })}`, { credentials: "same-origin", signal: asking.signal });
    if (answer.status === 422) throw new Error(words.future);
    if (!answer.ok) throw new Error(words.unknown);
    found = await answer.json();
    month.value = found.month;
    show();
    if (into) fit([found.code, ...found.rows.map((row) => row.code)]);
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = error.message || words.unknown;
  }
}

export const into = (code) => { if (part && choice.value && found && found.rows.some((row) => row.code === code)) ask(code, true); };

// `paint` draws the rows that are shown, each with its code, step and text; none takes the colours away. `near` shows
// the ground of some codes.
export function onShades(paint, near) {
  if (!part) return;
  [draw, fit] = [paint, near];
  choice.addEventListener("change", () => (found || !choice.value ? show() : ask()));
  month.addEventListener("change", () => month.value && choice.value && ask());
  up.addEventListener("click", () => ask(found.above, true));
}
