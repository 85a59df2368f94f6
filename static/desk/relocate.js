// 改址: the point is chosen on a map; what is typed stays possible and moves the pin.

import { leaflet, pointMap } from "./picking.js";

const told = document.querySelector("script[data-leaflet]");
const part = document.querySelector("[data-relocate]");
if (part) {
  const [open, target] = [part.querySelector("button"), part.querySelector("[data-map]")];
  const [lon, lat] = ["lon", "lat"].map((name) => open.form.elements.namedItem(name));
  const typed = () => (lon.value && lat.value && !Number.isNaN(Number(lon.value) + Number(lat.value)) ? [Number(lon.value), Number(lat.value)] : null);
  const kept = part.dataset.at ? part.dataset.at.split(",").map(Number) : null;
  let move = null;
  open.hidden = false;
  open.addEventListener("click", async () => {
    open.hidden = true;
    target.hidden = false;
    const L = await leaflet(told.dataset.leaflet);
    move = await pointMap(L, target, typed() || kept, (...point) => { [lon.value, lat.value] = point; });
  });
  for (const field of [lon, lat]) field.addEventListener("change", () => move && typed() && move(...typed()));
}
