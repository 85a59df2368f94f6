// Polygons in degrees: whether a point lies within, on or outside, and how far its edge is. As GEOS and gridops/grids do.

const EQUATOR_M = 6_378_137.0;
const ECCENTRICITY_2 = 0.0066943799901413165;
const SPLIT = 134217729; // 2^27 + 1: halves a double without loss
const SURE = 1e-15;
const radians = (degrees) => (degrees * Math.PI) / 180;

// [metres in a degree of longitude, in a degree of latitude] at a latitude.
export function metresPerDegree(lat) {
  const phi = radians(lat);
  const bend = 1.0 - ECCENTRICITY_2 * Math.sin(phi) ** 2;
  return [(radians(EQUATOR_M) * Math.cos(phi)) / Math.sqrt(bend), (radians(EQUATOR_M) * (1.0 - ECCENTRICITY_2)) / bend ** 1.5];
}

// Every polygon of a GeoJSON geometry as its rings.
export function polygons(geometry) {
  const shape = typeof geometry === "string" ? JSON.parse(geometry) : geometry;
  if (shape?.type === "Polygon") return [shape.coordinates];
  if (shape?.type === "MultiPolygon") return shape.coordinates;
  if (shape?.type === "GeometryCollection") return shape.geometries.flatMap(polygons);
  return [];
}

export function bounds(shapes) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outer] of shapes) {
    for (const [lon, lat] of outer) {
      if (lon < box[0]) box[0] = lon;
      if (lat < box[1]) box[1] = lat;
      if (lon > box[2]) box[2] = lon;
      if (lat > box[3]) box[3] = lat;
    }
  }
  return box;
}

// Area in m² by the scale at the middle; enough to tell which of two is smaller.
export function area(shapes) {
  const [, south, , north] = bounds(shapes);
  const [along, up] = metresPerDegree((south + north) / 2);
  const ring = (points) => {
    const [x0, y0] = points[0];
    let twice = 0;
    for (let i = 1; i < points.length; i += 1) {
      twice += (points[i - 1][0] - x0) * (points[i][1] - y0) - (points[i][0] - x0) * (points[i - 1][1] - y0);
    }
    return Math.abs(twice) / 2;
  };
  return shapes.reduce((all, [outer, ...holes]) => all + ring(outer) - holes.reduce((sum, hole) => sum + ring(hole), 0), 0) * along * up;
}

// 1 within, 0 on the border, -1 outside.
export function side(shapes, lon, lat) {
  for (const [outer, ...holes] of shapes) {
    const there = inRing(outer, lon, lat);
    if (there === 0) return 0;
    if (there < 0) continue;
    let inHole = -1;
    for (const hole of holes) {
      inHole = inRing(hole, lon, lat);
      if (inHole >= 0) break;
    }
    if (inHole === 0) return 0;
    if (inHole < 0) return 1;
  }
  return -1;
}

// Metres from a point to the nearest edge, flat around the point, and that place: {metres, lon, lat}.
export function edge(shapes, lon, lat) {
  const [along, up] = metresPerDegree(lat);
  let best = Infinity;
  let at = [0, 0];
  for (const rings of shapes) {
    for (const ring of rings) {
      for (let i = 1; i < ring.length; i += 1) {
        const x = (ring[i - 1][0] - lon) * along;
        const y = (ring[i - 1][1] - lat) * up;
        const dx = (ring[i][0] - ring[i - 1][0]) * along;
        const dy = (ring[i][1] - ring[i - 1][1]) * up;
        const share = Math.min(1, Math.max(0, -(x * dx + y * dy) / Math.max(dx * dx + dy * dy, 1e-30)));
        const far = (x + share * dx) ** 2 + (y + share * dy) ** 2;
        if (far < best) {
          best = far;
          at = [x + share * dx, y + share * dy];
        }
      }
    }
  }
  return { metres: Math.sqrt(best), lon: lon + at[0] / along, lat: lat + at[1] / up };
}

// Counts the edges to the right of the point, as GEOS' RayCrossingCounter.
function inRing(ring, x, y) {
  let crossings = 0;
  for (let i = 1; i < ring.length; i += 1) {
    const [x1, y1] = ring[i - 1];
    const [x2, y2] = ring[i];
    if (x1 < x && x2 < x) continue;
    if (x === x2 && y === y2) return 0;
    if (y1 === y && y2 === y) {
      if (x >= Math.min(x1, x2) && x <= Math.max(x1, x2)) return 0;
      continue;
    }
    if ((y1 > y && y2 <= y) || (y2 > y && y1 <= y)) {
      const turn = y2 < y1 ? -orientation(x1, y1, x2, y2, x, y) : orientation(x1, y1, x2, y2, x, y);
      if (turn === 0) return 0;
      if (turn > 0) crossings += 1;
    }
  }
  return crossings % 2 ? 1 : -1;
}

// On which side of the line from 1 to 2 the point lies: the plain product where it is sure, else with twice the digits.
function orientation(x1, y1, x2, y2, x, y) {
  const left = (x1 - x) * (y2 - y);
  const right = (y1 - y) * (x2 - x);
  const plain = left - right;
  if (Math.abs(plain) > SURE * (Math.abs(left) + Math.abs(right))) return Math.sign(plain);
  const one = times(minus(x1, x), minus(y2, y));
  const other = times(minus(y1, y), minus(x2, x));
  const [high, rest] = minus(one[0], other[0]);
  return Math.sign(high + (rest + one[1] - other[1]));
}

// Numbers of twice the digits as [high, low].
function minus(a, b) {
  const high = a - b;
  const back = high - a;
  return [high, a - (high - back) - (b + back)];
}

function times([a, aLow], [b, bLow]) {
  const high = a * b;
  const [a1, b1] = [a * SPLIT - (a * SPLIT - a), b * SPLIT - (b * SPLIT - b)];
  const [a2, b2] = [a - a1, b - b1];
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 + (a * bLow + aLow * b)];
}
