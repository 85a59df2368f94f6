// Which grid a point lies in, on the phone and without a network: the rule of gridops/grids/rules/points.py.
//
// Of all grids that a point lies in or on the deepest has it; of several equally deep one that it lies within, of those
// the smallest; on borders the smallest code. Outside everything: the nearest within so many metres.

import { area, bounds, edge, metresPerDegree, polygons, side } from "./geometry.js";

const NEAREST_M = 500; // until the server says how it is set
const MOST_ACCURACY_M = 200;
const STEPS_M = [0.5, 1, 2, 5, 10, 20];
const round = (metres) => Math.round(metres * 1000) / 1000;

export class Territory {
  // `pack`: what pack part `grids` holds: {grids: […] (or GeoJSON's features), whole, known_points: […]}. Where it is
  // not the whole jurisdiction, what lies outside of it may well have a grid: only the server knows.
  constructor(pack, { nearestM = NEAREST_M } = {}) {
    this.nearestM = nearestM;
    this.whole = pack?.whole === true;
    const told = pack?.grids ?? pack?.features ?? pack ?? [];
    const grids = (Array.isArray(told) ? told : (told.features ?? [])).map(read).filter((grid) => grid.shapes.length);
    const names = new Map(grids.flatMap((grid) => [[grid.code, grid], ...(grid.id == null ? [] : [[grid.id, grid]])]));
    for (const grid of grids) grid.above = names.get(grid.parent) ?? null;
    const line = (grid) => [...(grid.above ? line(grid.above) : []), grid];
    const roots = new Set(grids.filter((grid) => !grid.above && grids.some((other) => other.above === grid)));
    for (const grid of grids) {
      const path = line(grid);
      grid.depth = grid.told ?? path.length - 1;
      grid.path = grid.named ?? (roots.has(path[0]) && path.length > 1 ? path.slice(1) : path).map((one) => one.name).join(" ");
    }
    this.grids = grids.sort((a, b) => b.depth - a.depth || (a.code < b.code ? -1 : Number(a.code > b.code)));
    this.grids.forEach((grid, row) => { grid.row = row; });
    this.floors = [...new Set(this.grids.map((grid) => grid.depth))].map((depth) => this.grids.filter((grid) => grid.depth === depth));
    this.byCode = new Map(this.grids.map((grid) => [grid.code, grid]));
    const parents = new Set(this.grids.map((grid) => grid.above));
    this.leaves = this.grids.filter((grid) => !parents.has(grid));
    this.knownPoints = pack?.known_points ?? [];
  }

  get known() {
    return this.grids.length > 0;
  }

  // {grid, border, outside, nearest}: the grid that has the point, the others that a fix of this accuracy may mean,
  // whether it lies outside of everything known, and then the nearest grid as {grid, distance_m}, however far.
  locate(lon, lat, accuracyM = 0) {
    const inside = this.holds(lon, lat);
    const nearest = inside ? null : this.nearest(lon, lat);
    const first = inside ?? (this.whole && nearest && nearest.distance_m <= this.nearestM ? nearest.grid : null);
    const others = first ? this.near(lon, lat, Math.min(Math.max(accuracyM || 0, 0), MOST_ACCURACY_M)) : [];
    return { grid: first, border: others.map((one) => one.grid).filter((grid) => grid !== first), outside: !inside, nearest };
  }

  // The grids that a fix may mean, as {grid, distance_m}: the one that has it first; none beside its own descendant.
  near(lon, lat, accuracyM) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return [];
    const close = new Map();
    for (const grid of this.within(lon, lat, accuracyM)) {
      const distance = side(grid.shapes, lon, lat) >= 0 ? 0 : edge(grid.shapes, lon, lat).metres;
      if (distance <= accuracyM) close.set(grid, distance);
    }
    const first = this.holds(lon, lat) ?? this.nearest(lon, lat, accuracyM)?.grid;
    const parents = new Set([...close.keys()].map((grid) => grid.above));
    return [...close]
      .filter(([grid]) => !parents.has(grid) || grid === first)
      .sort(([a, far], [b, farther]) => (a !== first) - (b !== first) || round(far) - round(farther) || a.row - b.row)
      .map(([grid, distance]) => ({ grid, distance_m: round(distance) }));
  }

  // The grid in or on which the point lies; null where there is none.
  holds(lon, lat) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return null;
    for (const floor of this.floors) {
      let [found, most] = [null, -1];
      for (const grid of floor) {
        const [west, south, east, north] = grid.bbox;
        if (lon < west || lon > east || lat < south || lat > north) continue;
        const where = side(grid.shapes, lon, lat);
        if (where > most || (where === 1 && most === 1 && grid.area_m2 < found.area_m2)) [found, most] = [grid, where];
      }
      if (found) return found;
    }
    return null;
  }

  // The nearest grid of a point outside everything; equally near to the millimetre: as on a border.
  nearest(lon, lat, withinM = Infinity) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return null;
    let best = null;
    for (const grid of Number.isFinite(withinM) ? this.within(lon, lat, withinM) : this.grids) {
      const distance = round(edge(grid.shapes, lon, lat).metres);
      if (distance <= withinM && distance < (best?.distance_m ?? Infinity)) best = { grid, distance_m: distance };
    }
    return best && { grid: best.grid, distance_m: Math.max(best.distance_m, 0.001) };
  }

  // The grids whose box comes within some metres.
  within(lon, lat, metres) {
    const [along, up] = metresPerDegree(lat);
    const [wide, high] = [Math.min((1.02 * metres) / Math.max(along, 1), 360), (1.02 * metres) / up];
    return this.grids.filter(({ bbox }) => lon + wide >= bbox[0] && lon - wide <= bbox[2] && lat + high >= bbox[1] && lat - high <= bbox[3]);
  }

  // The place of a grid that is nearest to a point beside it, a step behind the border: [lon, lat], null where none is.
  pointIn(grid, lon, lat) {
    if (this.holds(lon, lat) === grid) return [lon, lat];
    const border = edge(grid.shapes, lon, lat);
    const [along, up] = metresPerDegree(lat);
    const straight = Math.atan2((border.lat - lat) * up, (border.lon - lon) * along);
    for (const step of STEPS_M) {
      for (let turn = 0; turn < 16; turn += 1) {
        const way = straight + (turn % 2 ? 1 : -1) * Math.ceil(turn / 2) * (Math.PI / 8);
        const point = [border.lon + (step * Math.cos(way)) / along, border.lat + (step * Math.sin(way)) / up];
        if (this.holds(...point) === grid) return point;
      }
    }
    return null;
  }

  // West, south, east, north of everything.
  get bbox() {
    return bounds(this.grids.flatMap((grid) => grid.shapes));
  }
}

function read(one) {
  const told = one.properties ? { id: one.id, ...one.properties, geometry: one.geometry } : one;
  const shapes = polygons(told.geometry);
  return {
    id: told.id ?? null,
    code: String(told.code),
    name: told.name ?? String(told.code),
    level: told.level ?? null,
    parent: told.parent_code ?? told.parent_id ?? told.parent ?? null,
    named: told.path ?? null,
    told: Number.isFinite(told.depth) ? told.depth : null,
    mine: told.mine === true,
    shapes,
    bbox: bounds(shapes),
    area_m2: told.area_m2 ?? (shapes.length ? area(shapes) : 0),
  };
}
