// 附近: what lies around a place, by distance, out of what the phone holds; works without a network.

import { bearing, metresBetween } from "./crs.js";
import { direction, metres } from "./say.js";

// [lon, lat] of a thing in WGS-84, or null where it has no place.
export function pointOf(thing) {
  // A fix has an `at` too: the time at which it was taken.
  const given = [thing?.at, thing?.point].find(Array.isArray);
  const [lon, lat] = given ?? [thing?.lon ?? thing?.location?.lon, thing?.lat ?? thing?.location?.lat];
  return Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null;
}

// [{item, metres, bearing, words}] of things with a place, nearest first. `place`: {lon, lat} or [lon, lat] in WGS-84;
// `within` metres; `where` chooses. Things equally far keep their order.
export function byDistance(things, place, { within = Infinity, limit = Infinity, where = () => true } = {}) {
  const here = Array.isArray(place) ? place : pointOf(place);
  if (!here) return [];
  const found = [];
  for (const item of things ?? []) {
    const point = pointOf(item);
    if (!point || !where(item)) continue;
    const far = metresBetween(here, point);
    if (far <= within) found.push({ item, metres: far, bearing: bearing(here, point) });
  }
  found.sort((a, b) => a.metres - b.metres);
  return found.slice(0, limit).map((one) => ({ ...one, words: one.metres < 5 ? metres(one.metres) : `${direction(one.bearing)} ${metres(one.metres)}` }));
}

// Open cases of the same kind close by, for "就是它".
export const sameKind = (cases, place, category, { within = 100, limit = 4 } = {}) =>
  byDistance(cases, place, { within, limit, where: (one) => (one.category?.code ?? one.category) === category });
