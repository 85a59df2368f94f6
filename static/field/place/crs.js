// WGS-84, GCJ-02 (高德, 腾讯) and BD-09 (百度) by the public formulas: the same numbers as gridops/core/coordinates.py.
// Distance and bearing in metres and degrees, good to half a percent within a town.

export const WGS84 = "wgs84";
export const GCJ02 = "gcj02";
export const BD09 = "bd09";

const AXIS = 6378245.0;
const ECCENTRICITY = 0.00669342162296594323;
const BD_PI = (Math.PI * 3000.0) / 180.0;
const METRES_PER_DEGREE = 111_320.0;
const { abs, atan2, cos, hypot, PI, sin, sqrt } = Math;
const radians = (degrees) => (degrees * PI) / 180;

export const inChina = ([lon, lat]) => lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;

// [lon, lat] of any of the three systems in WGS-84.
export function toWgs84(point, crs) {
  if (crs === WGS84) return point;
  return solved(crs === BD09 ? solved(point, gcjToBd, [point[0] - 0.0065, point[1] - 0.006]) : point, wgsToGcj);
}

// [lon, lat] of WGS-84 in any of the three systems.
export function fromWgs84(point, crs) {
  if (crs === WGS84) return point;
  const shifted = wgsToGcj(point);
  return crs === BD09 ? gcjToBd(shifted) : shifted;
}

export function metresBetween([lon, lat], [otherLon, otherLat]) {
  const x = (otherLon - lon) * cos(radians((lat + otherLat) / 2));
  return hypot(x, otherLat - lat) * METRES_PER_DEGREE;
}

// Degrees from north, clockwise, 0 to 360: the way from one point to another.
export function bearing([lon, lat], [otherLon, otherLat]) {
  const x = (otherLon - lon) * cos(radians((lat + otherLat) / 2));
  return ((atan2(x, otherLat - lat) * 180) / PI + 360) % 360;
}

// The point so many metres east and north of another.
export function shifted([lon, lat], east, north) {
  return [lon + east / (METRES_PER_DEGREE * Math.max(cos(radians(lat)), 0.01)), lat + north / METRES_PER_DEGREE];
}

// [metres east, metres north] from one point to another.
export function offset([lon, lat], [otherLon, otherLat]) {
  return [(otherLon - lon) * cos(radians((lat + otherLat) / 2)) * METRES_PER_DEGREE, (otherLat - lat) * METRES_PER_DEGREE];
}

function wgsToGcj([lon, lat]) {
  if (!inChina([lon, lat])) return [lon, lat];
  const x = lon - 105.0;
  const y = lat - 35.0;
  const root = sqrt(abs(x));
  const waves = ((20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0) / 3.0;
  let dLat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves;
  dLat += ((20.0 * sin(y * PI) + 40.0 * sin((y / 3.0) * PI)) * 2.0) / 3.0;
  dLat += ((160.0 * sin((y / 12.0) * PI) + 320.0 * sin((y * PI) / 30.0)) * 2.0) / 3.0;
  let dLon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves;
  dLon += ((20.0 * sin(x * PI) + 40.0 * sin((x / 3.0) * PI)) * 2.0) / 3.0;
  dLon += ((150.0 * sin((x / 12.0) * PI) + 300.0 * sin((x / 30.0) * PI)) * 2.0) / 3.0;
  const magic = 1.0 - ECCENTRICITY * sin(radians(lat)) ** 2;
  dLat = (dLat * 180.0) / (((AXIS * (1.0 - ECCENTRICITY)) / (magic * sqrt(magic))) * PI);
  dLon = (dLon * 180.0) / ((AXIS / sqrt(magic)) * cos(radians(lat)) * PI);
  return [lon + dLon, lat + dLat];
}

function gcjToBd([lon, lat]) {
  const z = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * BD_PI);
  const theta = atan2(lat, lon) + 0.000003 * cos(lon * BD_PI);
  return [z * cos(theta) + 0.0065, z * sin(theta) + 0.006];
}

// The point that `move` brings to `wanted`, to below 1e-8 degrees.
function solved(wanted, move, guess = wanted) {
  let [lon, lat] = guess;
  for (let turn = 0; turn < 5; turn += 1) {
    const [thereLon, thereLat] = move([lon, lat]);
    [lon, lat] = [lon + wanted[0] - thereLon, lat + wanted[1] - thereLat];
  }
  return [lon, lat];
}
