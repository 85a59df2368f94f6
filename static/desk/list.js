// The list of the queue: a focus that goes through the rows by keys, how many are ticked, all of the page at once.

import { onKey } from "./keys.js";

const KEPT = "gridops.desk.row";
const words = document.querySelector("script[data-selected]").dataset;

// The list may be another one after a refresh: nothing of it is kept.
const form = () => document.getElementById("bulk");
const rows = () => [...form().querySelectorAll(".row-case")];
const ticks = () => [...form().querySelectorAll("input[name=case]")];
const tickOf = (row) => row.querySelector("input[name=case]");
const linkOf = (row) => row.querySelector(".row-open");

// The row the keys stand on: where the focus is, else where it was last.
let here = sessionStorage.getItem(KEPT) || "";
export function current() {
  const focused = document.activeElement.closest && document.activeElement.closest(".row-case");
  return focused || rows().find((row) => row.dataset.case === here) || null;
}

export function stand(row) {
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  const to = at < 0 ? all[0] : all[at + by];
  if (!to) return;
  stand(to);
  document.dispatchEvent(new CustomEvent("desk:stepped", { detail: to }));
}

// On to the row after one that is done, else back to one that is not.
export function next(row) {
  const all = rows();
  const left = [...all.slice(all.indexOf(row) + 1), ...all.slice(0, Math.max(all.indexOf(row), 0)).reverse()];
  const to = left.find((one) => !one.classList.contains("row-done"));
  if (!to) { if (row) stand(row); return false; }
  stand(to);
  document.dispatchEvent(new CustomEvent("desk:stepped", { detail: to }));
  return true;
}

// What this page moved itself: told by its row, so no change to be told of.
const moved = new Set();
export const movedHere = (id) => moved.delete(String(id));

// The row shows what came of its move, and is ticked no more.
export function done(row, words, chip) {
  if (!row) return;
  moved.add(row.dataset.case);
  row.classList.add("row-done");
  const state = row.querySelector(".row-state");
  const why = row.querySelector(".row-why");
  why.textContent = words;
  if (chip) { state.querySelectorAll(".chip").forEach((one) => one.remove()); state.prepend(document.adoptNode(chip)); }
  const box = tickOf(row);
  if (box) box.remove();
  count();
}

let lastTicked = "";
function tick(row) {
  const box = row && tickOf(row);
  if (!box) return;
  box.click();
  lastTicked = row.dataset.case;
}

function tickTo(row) {
  const all = rows();
  const from = all.findIndex((one) => one.dataset.case === lastTicked);
  const to = all.indexOf(row);
  if (to < 0) return;
  const range = from < 0 ? [row] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  range.map(tickOf).forEach((box) => { if (box) box.checked = true; });
  lastTicked = row.dataset.case;
  count();
}

function count() {
  const bulk = form().querySelector("[data-bulk]");
  if (!bulk) return;
  const all = bulk.querySelector("[data-all]");
  const chosen = ticks().filter((box) => box.checked).length;
  bulk.querySelector("[data-count]").textContent = words.selected.replace("{n}", chosen);
  bulk.querySelectorAll("button").forEach((button) => { button.disabled = chosen === 0; });
  all.checked = chosen > 0 && chosen === ticks().length;
  all.indeterminate = chosen > 0 && chosen < ticks().length;
}

onKey("j", () => step(1));
onKey("k", () => step(-1));
onKey("ArrowDown", () => rows().length > 0 && step(1));
onKey("ArrowUp", () => rows().length > 0 && step(-1));
onKey("o", () => { const row = current(); if (row) linkOf(row).click(); });
onKey("x", () => tick(current()));
onKey("X", () => tickTo(current()));

// Whether the list may be renewed unasked: nothing is ticked, and nothing written for those to be ticked.
export function undisturbed() {
  return !ticks().some((box) => box.checked) && ![...form().querySelectorAll("[data-bulk] select, [data-bulk] input:not([type=checkbox])")].some((field) => field.value);
}

// Where the focus stands in the list, and how to stand there again when another list has come.
export function standsOn() {
  const row = document.activeElement.closest && document.activeElement.closest(".row-case");
  return row ? { id: row.dataset.case, at: rows().indexOf(row) } : null;
}

export function renewed(stood) {
  count();
  const all = rows();
  const row = stood && (all.find((one) => one.dataset.case === stood.id) || all[Math.min(stood.at, all.length - 1)]);
  if (row) linkOf(row).focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("desk:renewed")); // the pane follows the row that is stood on now
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(".row-case");
  if (!row) return;
  here = row.dataset.case;
  sessionStorage.setItem(KEPT, here);
});
document.addEventListener("change", (event) => {
  if (!form().contains(event.target)) return;
  if (event.target.matches("[data-all]")) ticks().forEach((box) => { box.checked = event.target.checked; });
  count();
});
window.addEventListener("pageshow", count);
count();
// Back from what a row leads to: on that row again.
const folder = (address) => new URL(address, location.href).pathname.replace(/[^/]*$/, "");
if (document.referrer && current() && folder(document.referrer) === folder(linkOf(current()).href)) stand(current());
