// What the map shows: the grids once, the cases of a window whenever it moves; the newest question wins.

const told = document.querySelector("script[data-layers]");
export const layers = JSON.parse(told.dataset.layers);
export const names = JSON.parse(told.dataset.names);
export const words = JSON.parse(told.dataset.words);
export const files = told.dataset;
const of = new Map(layers.flatMap((layer) => layer.states.map((state) => [state, layer])));
let asking = null;

const style = getComputedStyle(document.documentElement);
export const colour = (name) => style.getPropertyValue(`--${name}`).trim();

export function wanted() {
  return new Set([...document.querySelectorAll("input[name=layer]:checked")].map((box) => box.value));
}

// A case that has ended some other way than by being closed is shown with those closed.
export const layerOf = (state) => of.get(state) || layers.at(-1);

// Only grids without a grid below them, so that no line is drawn twice.
export async function grids() {
  const answer = await fetch("/api/v1/grids.geojson", { credentials: "same-origin" });
  const found = answer.ok ? await answer.json() : { type: "FeatureCollection", features: [] };
  const parents = new Set(found.features.map((grid) => grid.properties.parent_code));
  const inner = (grid) => parents.has(grid.properties.code);
  return {
    leaves: { type: "FeatureCollection", features: found.features.filter((grid) => !inner(grid)) },
    upper: { type: "FeatureCollection", features: found.features.filter(inner) },
    bbox: found.bbox,
  };
}

// [west, south, east, north] of some grids' outlines; null without any.
export function boundsOf(features) {
  const flat = features.flatMap((one) => one.geometry.coordinates.flat(one.geometry.type === "MultiPolygon" ? 2 : 1));
  if (!flat.length) return null;
  const [lons, lats] = [0, 1].map((i) => flat.map((at) => at[i]));
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

// How far what is looked at keeps from the map's edges (pixels): the legend lies over one of them.
export function edges() {
  const box = document.querySelector(".legend").getBoundingClientRect();
  const below = window.matchMedia("(max-width: 760px)").matches;
  return { top: 40, left: 40, right: below ? 40 : box.width + 40, bottom: below ? box.height + 60 : 40 };
}

export function say(text) {
  document.querySelector("[data-status]").textContent = text;
}

const CELL = 64; // pixels
const MOST_APART = 150;

// Points as they are, or, where they are many, one number for each bit of the map that holds several. `pixel` tells where
// a place ([lon, lat]) lies on the screen.
export function gathered(points, pixel) {
  if (points.length <= MOST_APART) return { points, clusters: [] };
  const cells = new Map();
  for (const one of points) {
    const [x, y] = pixel(one.at);
    const key = `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
    cells.set(key, [...(cells.get(key) || []), one]);
  }
  const mean = (some, axis) => some.reduce((sum, one) => sum + one.at[axis], 0) / some.length;
  const several = [...cells.values()].filter((some) => some.length > 1);
  return { points: [...cells.values()].filter((some) => some.length === 1).flat(), clusters: several.map((some) => [mean(some, 0), mean(some, 1), some.length, some.filter((one) => one.overdue).length]) };
}

let instead = null;
// Another source of what a window shows, such as cases by time; null: the cases of now.
export function replaceCases(ask) { instead = ask; }

const EMPTY = { points: [], clusters: [], counts: {} };

// A window (west, south, east, north) without what lies beyond the world.
export const cut = (window) => window.map((edge, i) => Math.max(i % 2 ? -90 : -180, Math.min(i % 2 ? 90 : 180, edge)));

// How many, and how many of them are overdue where some are.
const counted = (all, some, count, late) => (late ? some : all).replace("{n}", count).replace("{late}", late);
export const many = (count, late) => counted(words.cases, words.cases_late, count, late);

// Cases of a window (west, south, east, north): points, each with the key of its layer, and clusters [lon, lat, count,
// how many overdue] where there are many; null when a newer question was asked.
export async function cases(window) {
  if (instead) return instead(window);
  const on = wanted();
  const states = layers.filter((layer) => on.has(layer.key)).flatMap((layer) => layer.states);
  if (asking) asking.abort();
  asking = new AbortController();
  if (!states.length) return shown(EMPTY);
  const bbox = cut(window).map((edge) => edge.toFixed(5)).join(",");
  say(words.loading);
  try {
    const answer = await fetch(`/desk/map/cases?${new URLSearchParams({ bbox, state: states.join(",") })}`, { credentials: "same-origin", signal: asking.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const found = await answer.json();
    found.points.forEach((one) => { one.layer = layerOf(one.state).key; });
    return shown(found);
  } catch (error) {
    if (error.name !== "AbortError") say(words.failed);
    return null;
  }
}

export function shown(found) {
  const of = new Map();
  for (const [state, count] of Object.entries(found.counts)) of.set(layerOf(state).key, (of.get(layerOf(state).key) || 0) + count);
  document.querySelectorAll("[data-count]").forEach((place) => { place.textContent = of.get(place.dataset.count) || ""; });
  const late = found.points.filter((one) => one.overdue).length + found.clusters.reduce((sum, [, , , some]) => sum + some, 0);
  say(counted(words.shown, words.shown_late, [...of.values()].reduce((sum, count) => sum + count, 0), late));
  return found;
}

// What is said of one case: built as nodes, so that nothing typed by anyone is read as markup.
export function card(properties) {
  const box = document.createElement("div");
  box.className = "map-card";
  const line = (text, kind = "div") => { if (text) box.append(Object.assign(document.createElement(kind), { textContent: text })); };
  line(properties.category, "strong");
  line(properties.where);
  line([names[properties.state], properties.overdue === true || properties.overdue === "true" ? words.overdue : "", properties.unit].filter(Boolean).join(" · "));
  const link = Object.assign(document.createElement("a"), { href: `/desk/cases/${encodeURIComponent(properties.number)}`, textContent: `${properties.number} ${words.open}` });
  box.append(link);
  return box;
}
