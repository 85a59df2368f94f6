// Where a picture is taken: the phone's present fix where it is exact enough to say something.

import { levelOf, locator } from "../place/fix.js";

export function here() {
  const fix = locator().current();
  return fix && levelOf(fix.accuracy_m) !== "coarse" ? { lon: Number(fix.lon.toFixed(7)), lat: Number(fix.lat.toFixed(7)) } : {};
}
