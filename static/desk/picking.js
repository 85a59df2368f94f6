// A small map (Leaflet) on which a point is chosen: the grids as lines, their names where there is room, one pin.

import { plain, underPlain } from "./base.js";

const NAMES = 8; // more names than these at once lie over each other

export function leaflet(address) {
  if (window.L) return Promise.resolve(window.L);
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: () => done(window.L), onerror: failed });
    document.head.append(script);
  });
}

// Draws it about `at` ([lon, lat] or null: all grids); `taken` is told each point chosen. Answers with how to move the pin.
export async function pointMap(L, target, at, taken) {
  const map = L.map(target, { attributionControl: false, zoomControl: true, maxZoom: 20 });
  underPlain(L, map);
  const answer = await fetch("/api/v1/grids.geojson", { credentials: "same-origin" });
  const grids = answer.ok ? await answer.json() : { features: [] };
  const parents = new Set(grids.features.map((grid) => grid.properties.parent_code));
  const own = { ...grids, features: grids.features.filter((grid) => !parents.has(grid.properties.code)) };
  const layer = L.geoJSON(own, { style: { className: "grid-line", weight: 1.5, fillOpacity: 0.06 } }).addTo(map);
  map.on("moveend", () => label(map, layer));
  if (at) map.setView([at[1], at[0]], 17);
  else if (layer.getLayers().length) map.fitBounds(layer.getBounds());
  const pin = L.circleMarker(at ? [at[1], at[0]] : map.getCenter(), { radius: 10, className: "pin" }).addTo(map);
  map.on("click", ({ latlng }) => {
    pin.setLatLng(latlng);
    taken(latlng.lng.toFixed(6), latlng.lat.toFixed(6));
  });
  label(map, layer);
  return (lon, lat) => { pin.setLatLng([lat, lon]); map.panTo([lat, lon]); };
}

// The names of the grids in view stand on the map, where they are few enough to be read.
function label(map, layer) {
  const seen = layer.getLayers().filter((shape) => map.getBounds().intersects(shape.getBounds()));
  layer.eachLayer((shape) => shape.unbindTooltip());
  if (seen.length > NAMES) return;
  seen.forEach((shape) => shape.bindTooltip(plain(shape.feature.properties.name), { permanent: true, direction: "center", className: "grid-name" }));
}
