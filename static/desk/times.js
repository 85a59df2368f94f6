// Cases by when they were reported: hour by hour over some days, or day by day over a month. The server tells a window's
// times once; the slider, the bars and the play button choose among them here.

import { cut, gathered, layerOf, replaceCases, shown, wanted, words } from "./data.js";

const STEP_MS = 1000;
const part = document.querySelector("[data-times]");
const find = (name) => part.querySelector(`[data-times-${name}]`);
const [mode, from, to, month, slider] = ["#times-mode", "#times-from", "#times-to", "#times-month", "#times-at"].map((name) => part.querySelector(name));
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const two = (n) => String(n).padStart(2, "0");
const HOUR = 60;
const DAY = 24 * HOUR;
let rows = [];
let playing = null;
let asking = null;
let before = null; // whether closed cases were shown before the look at days gone by

const daysIn = (text) => { const [year, number] = text.split("-").map(Number); return new Date(Date.UTC(year, number, 0)).getUTCDate(); };
const steps = () => (mode.value === "hours" ? 24 : daysIn(month.value));
// The step, from 1, in which a case was reported.
const stepOf = ([, , , , minutes]) => (mode.value === "hours" ? Math.floor((minutes % DAY) / HOUR) : Math.floor(minutes / DAY)) + 1;
const period = () => (mode.value === "hours" ? [from.value, to.value] : [`${month.value}-01`, `${month.value}-${two(daysIn(month.value))}`]);
const reportedAt = (minutes) => new Date(Date.parse(`${period()[0]}T00:00Z`) + minutes * 60_000).toISOString().slice(0, 16).replace("T", " ");
const ready = () => (mode.value === "hours" ? from.value && to.value : month.value);

function called(step) {
  if (!step) return words.whole;
  return mode.value === "hours" ? `${two(step - 1)}:00–${two(step)}:00` : `${month.value}-${two(step)}`;
}

function bars() {
  const on = wanted();
  const counts = Array(steps()).fill(0);
  for (const row of rows) if (on.has(layerOf(row[3]).key) && counts[stepOf(row) - 1] !== undefined) counts[stepOf(row) - 1] += 1;
  const top = Math.max(1, ...counts);
  find("bars").replaceChildren(...counts.map((count, i) => {
    const bar = document.createElement("span");
    bar.title = `${called(i + 1)} ${count}`;
    bar.style.height = `${Math.round((count / top) * 100)}%`;
    if (Number(slider.value) === i + 1) bar.className = "bar-now";
    return bar;
  }));
}

function now() {
  const [on, step] = [wanted(), Number(slider.value)];
  return rows.filter((row) => on.has(layerOf(row[3]).key) && (!step || stepOf(row) === step));
}

export function times(view) {
  function show() {
    const some = now();
    const counts = {};
    for (const [, , , state] of some) counts[state] = (counts[state] || 0) + 1;
    const said = `${called(Number(slider.value))} · ${words.cases.replace("{n}", some.length)}`;
    find("said").textContent = said;
    slider.setAttribute("aria-valuetext", said);
    bars();
    const points = some.map(([number, lon, lat, state, minutes]) => ({ number, at: [lon, lat], state, layer: layerOf(state).key, overdue: false, category: words.reported.replace("{at}", reportedAt(minutes)), where: "", unit: "" }));
    return shown({ ...gathered(points, view.pixel), counts });
  }

  // Asked anew for each window and period; null when a newer question was asked.
  async function ask(window) {
    if (!ready()) return shown({ points: [], clusters: [], counts: {} });
    if (asking) asking.abort();
    asking = new AbortController();
    find("status").textContent = words.loading;
    const [first, last] = period();
    try {
      const bbox = cut(window).map((edge) => edge.toFixed(5)).join(",");
      const answer = await fetch(`/desk/map/times?${new URLSearchParams({ bbox, from: first, to: last })}`, { credentials: "same-origin", signal: asking.signal });
      if (answer.status === 422) throw new Error(words.period);
      if (!answer.ok || answer.redirected) throw new Error(words.failed);
      const found = await answer.json();
      rows = found.rows;
      find("status").textContent = found.more ? words.newest.replace("{n}", found.most) : calm.matches ? words.calm : "";
      return show();
    } catch (error) {
      if (error.name === "AbortError") return null;
      rows = [];
      find("status").textContent = error.message;
      return show();
    }
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    find("play").setAttribute("aria-pressed", "false");
  }

  function go(step) {
    slider.value = String(Math.max(0, Math.min(steps(), step)));
    view.show(show());
  }

  function play() {
    if (playing) return stop();
    if (Number(slider.value) >= steps()) go(0);
    find("play").setAttribute("aria-pressed", "true");
    playing = setInterval(() => {
      if (Number(slider.value) >= steps() || document.hidden || calm.matches) return stop();
      go(Number(slider.value) + 1);
    }, STEP_MS);
    go(Number(slider.value) + 1);
  }

  function change() {
    stop();
    const off = !mode.value;
    find("on").hidden = off;
    find("hours").hidden = mode.value !== "hours";
    find("days").hidden = mode.value !== "days";
    replaceCases(off ? null : ask);
    if (off) rows = [];
    else if (ready()) slider.max = String(steps());
    slider.value = "0";
    view.look();
  }

  mode.addEventListener("change", () => {
    // What was reported in days gone by is mostly closed.
    const closed = document.querySelector("input[name=layer][value=closed]");
    if (mode.value) { before ??= closed.checked; closed.checked = true; } else { closed.checked = before ?? closed.checked; before = null; }
    change();
  });
  for (const field of [from, to, month]) field.addEventListener("change", change);
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  find("back").addEventListener("click", () => { stop(); go(Number(slider.value) - 1); });
  find("on-step").addEventListener("click", () => { stop(); go(Number(slider.value) + 1); });
  find("play").addEventListener("click", play);
  const still = () => { find("play").hidden = calm.matches; };
  calm.addEventListener("change", still);
  still();
  if (mode.value) change(); // what the browser kept of the form when the page was opened again
}
