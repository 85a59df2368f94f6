// Sunrise and sunset of a place by the short form of NOAA's solar equations: right to about a minute in our latitudes.

const DAY = 86_400_000;
const HOUR = 3_600_000;
const ZONE = 8 * HOUR; // the day is that of the street, Asia/Shanghai
const { acos, cos, PI, sin, tan } = Math;
const radians = (degrees) => (degrees * PI) / 180;
// The upper rim touches the horizon: half a sun and what the air bends.
const ZENITH = radians(90.833);

const degrees = (place) => (Array.isArray(place) ? place : [place.lon, place.lat]);

// What the sun does at an instant: how far its own time is ahead in minutes, and its height over the equator.
function sun(at) {
  const century = (at / DAY + 2440587.5 - 2451545) / 36525;
  const long = radians(280.46646 + century * (36000.76983 + century * 0.0003032));
  const anomaly = radians(357.52911 + century * (35999.05029 - 0.0001537 * century));
  const bend = 0.016708634 - century * (0.000042037 + 0.0000001267 * century);
  const centre = sin(anomaly) * (1.914602 - century * 0.004817) + sin(2 * anomaly) * 0.019993 + sin(3 * anomaly) * 0.000289;
  const moon = radians(125.04 - 1934.136 * century);
  const seen = long + radians(centre - 0.00569 - 0.00478 * sin(moon));
  const tilt = radians(23.439291 - century * 0.0130042 + 0.00256 * cos(moon));
  const y = tan(tilt / 2) ** 2;
  const ahead = y * sin(2 * long) - 2 * bend * sin(anomaly) + 4 * bend * y * sin(anomaly) * cos(2 * long) - 0.5 * y * y * sin(4 * long) - 1.25 * bend * bend * sin(2 * anomaly);
  return { ahead: (ahead * 180 * 4) / PI, height: Math.asin(sin(tilt) * sin(seen)) };
}

// The instant, twice refined, at which the sun is on the horizon; null where it does not rise or set that day.
function crossing(noonUtc, lon, lat, side) {
  let at = noonUtc;
  for (let turn = 0; turn < 3; turn += 1) {
    const { ahead, height } = sun(at);
    const part = cos(ZENITH) / (cos(radians(lat)) * cos(height)) - tan(radians(lat)) * tan(height);
    if (Math.abs(part) > 1) return null;
    const half = (acos(part) * 180) / PI;
    at = noonUtc + (side * half - lon) * 4 * 60_000 - ahead * 60_000;
  }
  return new Date(at);
}

// {sunrise, sunset} as Dates of the local day that holds `day`; `place`: {lon, lat} or [lon, lat].
export function sunTimes(day, place) {
  const [lon, lat] = degrees(place);
  const noon = Math.floor((new Date(day).getTime() + ZONE) / DAY) * DAY + DAY / 2;
  return { sunrise: crossing(noon, lon, lat, -1), sunset: crossing(noon, lon, lat, 1) };
}

export const sunset = (day, place) => sunTimes(day, place).sunset;
export const sunrise = (day, place) => sunTimes(day, place).sunrise;

// Whether the sun is down; where nobody knows the place it is not.
export function isDark(now, place) {
  if (!degrees(place).every(Number.isFinite)) return false;
  const { sunrise: up, sunset: down } = sunTimes(now, place);
  if (up && down) return now < up || now >= down;
  const [, lat] = degrees(place);
  return sun(new Date(now).getTime()).height * lat < 0; // polar night, not polar day
}
