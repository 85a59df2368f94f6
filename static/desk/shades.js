// The colours of the map by a figure of a month: the grids right below one (a touch on one leads into it), or all of a
// level. Classes and words come with the answer; nothing is counted here.

import { words } from "./data.js";

const part = document.querySelector("[data-shade]");
// Absent where nobody's figures are to be seen.
const [choice, level, month, where, up, status, what, key, table] = ["#figure", "#level", "#month", "[data-shade-at]", "[data-shade-up]", "[data-shade-status]", "[data-shade-what]", "[data-shade-key]", "table"].map((name) => part && part.querySelector(name));
let found = null;
let asking = null;
let draw = () => {};
let fit = () => {};

const made = (kind, more = {}) => Object.assign(document.createElement(kind), more);
const box = (step) => made("span", { className: `shade-box shade-${step ?? "none"}`, ariaHidden: "true" });
const unit = () => found.figure.rate ? "%" : "";
// What stands in the row and on the map; nothing to tell is said, never shown as nought.
const said = (row) => (row.value === null ? words.no_data : `${row.value}${unit()}`);
const parts = (row) => (row.denominator === null || row.denominator === undefined ? "" : `${row.numerator.toLocaleString()}/${row.denominator.toLocaleString()}`);

function line(row) {
  const tr = made("tr");
  const name = made("th", { scope: "row" });
  const value = made("td", { className: "num" });
  name.append(box(row.step));
  if (row.code === found.code) name.append(row.name);
  else {
    const into = made("button", { type: "button", textContent: row.name });
    into.addEventListener("click", () => ask({ at: row.code, near: true }));
    name.append(into);
  }
  if (row.of) name.append(made("small", { textContent: row.of }));
  value.append(row.list ? made("a", { href: row.list, textContent: said(row) }) : said(row));
  if (parts(row)) value.append(made("small", { textContent: parts(row) }));
  tr.append(name, value);
  return tr;
}

// The classes with how many there are of each; one of which there is none is told too, so that the key stays the same.
function legend() {
  const many = (step) => found.rows.filter((row) => row.step === step).length;
  key.replaceChildren(...found.classes.map(({ step, text }) => {
    const li = made("li");
    li.append(box(step), made("span", { textContent: step === null ? text : `${text}${unit()}` }), made("span", { className: "num shade-many", textContent: many(step) || "" }));
    return li;
  }));
}

function explained() {
  const { definition, parts: names, rate, unit: measure, additive } = found.figure;
  const lines = [definition];
  if (names) lines.push(`${names[0]} / ${names[1]}`);
  else if (measure) lines.push(words.measure.replace("{unit}", measure));
  if (!rate && !additive) lines.push(words.no_sum);
  lines.push(rate ? words.rate_classes : words.count_classes);
  what.replaceChildren(...lines.filter(Boolean).map((text) => made("span", { textContent: text })));
}

// With a `fault` the colours of before are gone too: they would tell of another month or figure than the one chosen.
function show(fault = "") {
  const on = Boolean(!fault && choice.value && found && found.rows.length);
  for (const place of [table, key, what]) place.hidden = !on;
  where.textContent = choice.value && found ? found.name : "";
  up.hidden = !(choice.value && found && found.above);
  if (on) {
    table.querySelector("[data-shade-name]").textContent = found.figure.name;
    table.querySelector("tbody").replaceChildren(...found.rows.map(line));
    legend();
    explained();
  }
  status.textContent = fault ? fault : !choice.value || !found ? "" : on ? words.counted.replace("{month}", found.month).replace("{at}", found.as_of.replace("T", " ").slice(0, 16)) : words.none;
  draw(on ? found.rows.map((row) => ({ code: row.code, name: row.name, step: row.step, text: said(row) })).filter((row) => row.code !== found.code) : []);
}

// With `near` the map goes where the colours are.
async function ask({ at = found ? found.code : "", near = false } = {}) {
  if (asking) asking.abort();
  if (!choice.value) return show();
  asking = new AbortController();
  status.textContent = words.loading;
  try {
    const asked = { figure: choice.value, at, month: month.value, level: level.value };
    const answer = await fetch(`/desk/map/figures?${new URLSearchParams(asked)}`, { credentials: "same-origin", signal: asking.signal });
    if (answer.status === 422) throw new Error(words.future);
    if (!answer.ok) throw new Error(words.unknown);
    found = await answer.json();
    month.value = found.month;
    show();
    if (near) fit([found.code, ...found.rows.map((row) => row.code)]);
  } catch (error) {
    if (error.name !== "AbortError") show(error.message || words.unknown);
  }
  return null;
}

export const into = (code) => { if (part && choice.value && found && found.rows.some((row) => row.code === code)) ask({ at: code, near: true }); };

// `paint` draws the rows that are shown, each with its code, step (null: nothing to tell) and text; none takes the
// colours away. `near` shows the ground of some codes.
export function onShades(paint, near) {
  if (!part) return;
  [draw, fit] = [paint, near];
  choice.addEventListener("change", () => ask());
  level.addEventListener("change", () => ask());
  month.addEventListener("change", () => month.value && ask());
  up.addEventListener("click", () => ask({ at: found.above, near: true }));
}
