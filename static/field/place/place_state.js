// The place of a form: what the phone sees, what was put on the map by hand, which grid it is, whether it may be sent.
//
// state: {locator, territory} and what is kept with a draft: {held, picked, chosen, accepted_m, last}
//   held        the fix of this form, once a photo was taken there; better ones of the same spot take its place
//   picked      {lon, lat} put on the map by hand
//   chosen      code of the other grid of a border
//   accepted_m  the error that the person accepted in so many words
//   last        the last fix, chosen for want of a present one

import { t } from "../lib/words.js";
import { metresBetween } from "./crs.js";
import { fixed, locator as shared, pictureOf, tooCoarse } from "./fix.js";
import { Territory } from "./grids.js";
import { metres } from "./say.js";

const REFINE_MS = 2 * 60_000;
const LAST_MS = 24 * 3_600_000; // an older fix says nothing about this evening

export function placeState({ locator = shared(), territory = new Territory(null), saved = {} } = {}) {
  return { locator, territory, held: null, picked: null, chosen: null, accepted_m: 0, last: null, ...saved };
}

// What of it belongs into a draft. A form that comes back after hours still has the place it was begun at.
export function saved(state) {
  return { held: fixOf(state), picked: state.picked, chosen: state.chosen, accepted_m: state.accepted_m, last: state.last };
}

// Keeps the fix of now for this form: call it when the photo is taken.
export function hold(state) {
  state.held = fixOf(state);
  return state.held;
}

// Lets go of everything but the phone's own present fix.
export function renew(state) {
  Object.assign(state, { held: null, picked: null, chosen: null, accepted_m: 0, last: null });
  state.locator.again();
}

// The fix that belongs to this form; null where there is none.
export function fixOf(state) {
  const here = state.locator.current();
  const { held } = state;
  if (!held) return here ?? state.last;
  const young = here && Math.abs(Date.parse(here.at) - Date.parse(held.at)) <= REFINE_MS;
  const same = young && metresBetween([held.lon, held.lat], [here.lon, here.lat]) <= held.accuracy_m;
  if (same && here.accuracy_m < held.accuracy_m) state.held = here;
  return state.held;
}

// The last fix, where there is none now and it is not too old: {…fix, age_ms}.
export function lastOf(state) {
  if (state.picked || fixOf(state)) return null;
  const last = state.locator.lastFix();
  return last && last.age_ms <= LAST_MS ? last : null;
}

// A coarse fix that nobody has answered for.
export function unaccepted(state) {
  const fix = fixOf(state);
  return !state.picked && fix && tooCoarse(fix) && fix.accuracy_m > state.accepted_m ? fix : null;
}

export function accept(state) {
  hold(state);
  state.accepted_m = state.held?.accuracy_m ?? 0;
}

export function takeLast(state) {
  const last = lastOf(state);
  if (!last) return;
  const { age_ms: _, ...fix } = last;
  state.last = fix;
  state.accepted_m = fix.accuracy_m; // the button says how inexact it is
}

// What the map gave: {lon, lat, picked, fix}.
export function take(state, result) {
  state.chosen = null;
  state.picked = result.picked ? { lon: result.lon, lat: result.lat } : null;
  if (result.fix) state.held = result.fix;
}

// {lon, lat, picked, grid, border, outside, nearest}: the point and where it lies; null where there is none.
export function where(state) {
  const fix = fixOf(state);
  const point = state.picked ?? fix;
  if (!point) return null;
  const accuracy = state.picked ? 0 : fix.accuracy_m;
  const found = state.territory.locate(point.lon, point.lat, accuracy);
  const all = [found.grid, ...found.border].filter(Boolean);
  const named = all.find((grid) => grid.code === state.chosen) ?? found.grid;
  return { lon: point.lon, lat: point.lat, picked: Boolean(state.picked), ...found, grid: named, first: found.grid, all };
}

// The grid that is named before sending; null where none is known.
export const gridOf = (state) => where(state)?.grid ?? null;

// {ok, why}: whether the place may be sent, and if not, why not.
export function ready(state) {
  const at = where(state);
  if (!at) return { ok: false, why: state.locator.status().tone === "asking" ? t("正在定位；也可以在地图上选点。") : t("还没有位置：请在地图上选点，或使用上次定位。") };
  const coarse = unaccepted(state);
  if (coarse) return { ok: false, why: t("误差 %(distance)s，太大：请在地图上选点，或确认仍用此位置。", { distance: metres(coarse.accuracy_m) }) };
  if (state.territory.whole && !at.grid) return { ok: false, why: t("这个位置不在本辖区内，请在地图上重新选点。") };
  return { ok: true, why: "" };
}

// The `location` of the contract; null where there is no place. The phone's own numbers are in it as it said them, in
// the system they are in: the server converts. A grid chosen on a border is said by a point within it.
export function locationOf(state) {
  const at = where(state);
  if (!at) return null;
  const fix = fixOf(state);
  const own = fix && { lon: fixed(fix.raw.lon), lat: fixed(fix.raw.lat), accuracy_m: fix.raw.accuracy_m, crs: fix.crs, at: fix.at };
  const other = at.grid && at.grid !== at.first ? state.territory.pointIn(at.grid, at.lon, at.lat) : null;
  const point = other ?? (at.picked ? [at.lon, at.lat] : null);
  if (point) return { lon: fixed(point[0]), lat: fixed(point[1]), crs: "wgs84", picked: true, ...(own ? { fix: own } : {}) };
  // Numbers of a named system go as they are; a shift of this phone alone is known only here.
  const asSaid = fix.crs !== "wgs84";
  const [lon, lat] = asSaid ? [own.lon, own.lat] : [fixed(fix.lon), fixed(fix.lat)];
  return { lon, lat, accuracy_m: fix.accuracy_m, crs: fix.crs, fix: own };
}

// Where a picture was taken, in WGS-84: {lon, lat}, rounded; {} where that is not known.
export function pictureAt(state) {
  return pictureOf(fixOf(state));
}
