// On a wide screen the case the keys stand on shows beside the list, with its moves: so one works through without leaving.

import { byKey, inField, onKey, reach } from "./keys.js";
import { current, done, next, stand } from "./list.js";
import "./moves.js";

const OPEN = "gridops.desk.pane";
const REST = 150; // who runs through the rows asks for the last one alone
const wide = matchMedia("(min-width: 1200px)");
const pane = document.querySelector("[data-pane]");
const said = pane.querySelector("[data-said]");
const body = pane.querySelector("[data-body]");
let asking = null;
let timer = 0;
let begun = false;
let early = ""; // a letter typed before its form was there
let unready = false; // it stands said that nothing was sent, as there was no form yet

const open = () => document.querySelector(".queue").classList.contains("has-pane");
const address = (row) => { const link = row.querySelector(".row-open"); return `${link.pathname}/peek`; };

function show(yes) {
  document.querySelector(".queue").classList.toggle("has-pane", yes);
  pane.hidden = !yes;
  sessionStorage.setItem(OPEN, yes ? "yes" : "");
}

// Something was written or chosen in one of its forms: it stays, and so does the list.
export const written = () => begun;

const say = (text) => { said.textContent = text; unready = false; };

function fill(parts) {
  body.replaceChildren(...parts);
  body.removeAttribute("aria-busy");
  body.inert = false;
  begun = false;
  const meant = early && byKey(early);
  early = "";
  if (meant && body.contains(meant)) reach(meant);
}

async function peek(row) {
  if (asking) asking.abort();
  asking = new AbortController();
  const own = asking;
  try {
    const answer = await fetch(address(row), { redirect: "manual", signal: own.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (own !== asking) return;
    fill(new DOMParser().parseFromString(html, "text/html").body.childNodes);
    pane.scrollTop = 0;
  } catch (fault) {
    if (fault.name === "AbortError") return;
    fill([]);
    say(pane.dataset.failed);
  }
}

function soon(row) {
  if (!wide.matches || !row) return;
  if (!open()) show(true);
  if (said.childElementCount || unready) say("");
  clearTimeout(timer);
  if (asking) asking.abort();
  body.setAttribute("aria-busy", "true");
  body.inert = true; // of the case before: no key may reach it any more
  early = "";
  timer = setTimeout(() => peek(row), REST);
}

// What came of a move: the page of the case says it, as it would without the pane.
function take(page, row, ok) {
  const notice = page.querySelector(ok ? ".notice-good" : "[role=alert]");
  if (ok) {
    const onward = notice && notice.querySelector(".notice-next");
    if (onward) onward.remove();
    const words = notice ? notice.textContent.trim() : "";
    done(row, words, page.querySelector(".case-lead .chip"));
    say(words);
    if (!next(row)) fill([]); // the last one: its old forms must not stay
    return;
  }
  say("");
  if (notice) said.append(document.adoptNode(notice));
  const forms = page.querySelector(".moves");
  const place = body.querySelector(".moves");
  if (forms && place) place.replaceWith(document.adoptNode(forms));
  const wrong = body.querySelector(".problem");
  if (wrong) wrong.closest("form").querySelector("input:not([type=hidden]), select, textarea").focus();
  (wrong || said).scrollIntoView({ block: wrong ? "center" : "nearest" }); // below the fold nobody learns what is missing
}

async function send(form, row) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (new URL(answer.url).pathname === "/sign-in") { location.assign(answer.url); return; }
    take(new DOMParser().parseFromString(await answer.text(), "text/html"), row, answer.ok);
    begun = !answer.ok;
  } catch {
    say(pane.dataset.failed);
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.closest("[data-body]")) return;
  const number = body.querySelector(".peek").dataset.number;
  event.preventDefault();
  const row = [...document.querySelectorAll(".row-case")].find((one) => one.querySelector(".row-meta .num").textContent === number);
  send(event.target, row || null);
});
body.addEventListener("input", () => { begun = true; });
document.addEventListener("desk:early", (event) => { early = event.detail; });
document.addEventListener("desk:unready", () => { say(pane.dataset.unready); unready = true; });
document.addEventListener("desk:stepped", (event) => soon(event.detail));
document.addEventListener("desk:renewed", () => {
  if (!open() || begun || pane.contains(document.activeElement)) return;
  if (current()) soon(current());
  else fill([]); // the case has left the list: no key may act on it
});
onKey("Escape", () => {
  if (!open() || inField()) return false;
  const row = current();
  show(false);
  if (row) stand(row);
  return true;
});
if (wide.matches && sessionStorage.getItem(OPEN) && current()) soon(current());
