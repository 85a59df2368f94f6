// A map of the grids that the phone holds, over the whole screen: no network, no tiles needed. Who puts a place on it is
// picker.js, who looks at one is viewer.js.
//
// Zooming is not animated: during an animation Leaflet counts in the old scale while the eye sees the new one, and a
// touch would end many metres away.

import { html, render } from "../lib/html.js";
import { icon } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { tooCoarse } from "./fix.js";

const LEAFLET = "/static/vendor/leaflet/leaflet";
export const CLOSE = 17;
const NAMES = 8; // more names than these at once lie over each other
const NAMES_FROM = 15;
const EDGE = 44;
const SAMPLES = 12; // points looked at across the map, to find where a name has room
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
let loading = null;

export function loadLeaflet(address = LEAFLET) {
  if (globalThis.L?.map) return Promise.resolve(globalThis.L);
  loading ??= Promise.all([
    arrived("link", { rel: "stylesheet", href: `${address}.css` }),
    arrived("script", { src: `${address}.js` }),
  ]).then(() => globalThis.L);
  return loading.catch((fault) => {
    loading = null;
    throw fault;
  });
}

function arrived(tag, attributes) {
  return new Promise((done, failed) => {
    const element = Object.assign(document.createElement(tag), attributes, { onload: done, onerror: () => { element.remove(); failed(new Error(`${attributes.href ?? attributes.src} did not come`)); } });
    document.head.append(element);
  });
}

// Opens a map of that kind in a dialog; resolves with what it was left with. `title` names the dialog, `keys` says what
// the keys do, `leave` what the button with the cross does.
export async function openMap(Kind, { title, keys, leave, target = document.body, ...given }) {
  const L = await loadLeaflet();
  const dialog = document.createElement("dialog");
  dialog.className = "picker";
  dialog.setAttribute("aria-label", title);
  target.append(dialog);
  render(frame(keys, leave), dialog);
  dialog.showModal();
  const { result } = new Kind(L, dialog, given);
  const left = await result;
  dialog.close();
  dialog.remove();
  return left;
}

const frame = (keys, leave) => html`<div class="picker-map" tabindex="0" role="application" aria-label=${keys}></div>
  <div class="picker-zoom"><button type="button" data-do="closer" aria-label=${t("放大")}>${icon("plus")}</button><button type="button" data-do="wider" aria-label=${t("缩小")}>${icon("minus")}</button></div>
  <button type="button" class="picker-close" data-do="leave" aria-label=${leave}>${icon("x")}</button>
  <div class="picker-foot"></div>`;

// Of some pixels the one nearest to the middle of all.
function inner(spots) {
  const [x, y] = [0, 1].map((axis) => spots.reduce((sum, spot) => sum + spot[axis], 0) / spots.length);
  return spots.reduce((best, spot) => (Math.hypot(spot[0] - x, spot[1] - y) < Math.hypot(best[0] - x, best[1] - y) ? spot : best));
}

// What the kinds have in common. A kind has `begin` (what is seen first), `say` (what stands below), `move` (what an
// arrow does), and a `seen` of its own where a new fix means more than another circle.
export class GridMap {
  constructor(L, dialog, given) {
    Object.assign(this, given, { L, dialog });
    this.result = new Promise((resolve) => { this.done = resolve; });
    this.place = dialog.querySelector(".picker-map");
    this.map = L.map(this.place, {
      attributionControl: false, zoomControl: false, keyboard: false, doubleClickZoom: false, inertia: false,
      zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, minZoom: 9, maxZoom: 20, zoomSnap: 0.25,
    });
    Object.assign(dialog, { map: this.map, picker: this }); // for tests
    this.borders();
    this.begin();
    this.label();
    this.listen();
    this.say();
    this.place.focus();
  }

  borders() {
    const own = new Set(this.mine);
    this.shapes = this.L.geoJSON(this.territory.leaves.map((grid) => ({ type: "Feature", properties: { grid }, geometry: { type: "MultiPolygon", coordinates: grid.shapes } })), {
      interactive: false,
      style: ({ properties: { grid } }) => (grid.mine || own.has(grid.code) ? { className: "picker-grid picker-mine", weight: 4, fillOpacity: 0.1 } : { className: "picker-grid", weight: 1.5, fillOpacity: 0.04 }),
    }).addTo(this.map);
  }

  // Mine, else all.
  bounds(own = new Set(this.mine)) {
    const shapes = this.shapes.getLayers();
    const mine = shapes.filter(({ feature: { properties: { grid } } }) => grid.mine || own.has(grid.code));
    return this.L.featureGroup(mine.length ? mine : shapes).getBounds();
  }

  fitting(fix) {
    return this.map.getBoundsZoom(this.L.latLng(fix.lat, fix.lon).toBounds(fix.accuracy_m * 2));
  }

  listen() {
    const { map, dialog } = this;
    map.on("moveend zoomend", () => this.label());
    // The map has to know its size: one that was turned or resized answers with places beside the finger.
    this.sizes = new ResizeObserver(() => map.invalidateSize({ pan: false, animate: false }));
    this.sizes.observe(this.place);
    this.place.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.act("leave"); });
    if (this.locator) this.unwatch = this.locator.onChange(() => this.seen(this.locator.current()));
  }

  act(what) {
    if (what === "closer") this.map.zoomIn(1, { animate: false });
    if (what === "wider") this.map.zoomOut(1, { animate: false });
    if (what === "leave") this.finish(null);
  }

  key(event) {
    if (event.key === "+" || event.key === "=") this.act("closer");
    if (event.key === "-") this.act("wider");
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    this.move(way, event.shiftKey);
  }

  finish(result) {
    this.sizes.disconnect();
    this.unwatch?.();
    this.map.remove();
    this.done(result);
  }

  // Where the phone sees itself, with its circle.
  here(fix) {
    const { L, map } = this;
    const at = [fix.lat, fix.lon];
    if (this.circle) {
      this.circle.setLatLng(at).setRadius(fix.accuracy_m);
      this.dot.setLatLng(at);
      this.circle.getElement()?.classList.toggle("picker-coarse", tooCoarse(fix));
      return;
    }
    const look = { interactive: false, weight: 2 };
    this.circle = L.circle(at, { ...look, radius: fix.accuracy_m, className: `picker-circle${tooCoarse(fix) ? " picker-coarse" : ""}`, fillOpacity: 0.1 }).addTo(map);
    this.dot = L.circleMarker(at, { ...look, radius: 6, className: "picker-here", fillOpacity: 1 }).addTo(map);
  }

  seen(fix) {
    if (!fix) return;
    this.fix = fix;
    this.here(fix);
    this.say();
  }

  // The names of the grids in view stand on the part that is seen, where they are few enough to be read.
  label() {
    const { map, L, territory } = this;
    this.names ??= L.layerGroup().addTo(map);
    this.names.clearLayers();
    if (map.getZoom() < NAMES_FROM) return;
    const { x, y } = map.getSize();
    const spots = new Map();
    for (let step = 0; step < SAMPLES ** 2; step += 1) {
      const spot = [((step % SAMPLES) + 0.5) * (x / SAMPLES), (Math.floor(step / SAMPLES) + 0.5) * (y / SAMPLES)];
      const { lng, lat } = map.containerPointToLatLng(spot);
      const grid = territory.holds(lng, lat);
      if (grid) spots.set(grid, [...(spots.get(grid) ?? []), spot]);
    }
    if (spots.size > NAMES) return;
    for (const [grid, seen] of spots) {
      const spot = inner(seen);
      if (spot[0] < EDGE || spot[0] > x - EDGE) continue; // it would be cut off
      const words = Object.assign(document.createElement("span"), { textContent: grid.name });
      const icon = L.divIcon({ html: words, className: "picker-name", iconSize: [0, 0] });
      L.marker(map.containerPointToLatLng(spot), { icon, interactive: false, keyboard: false }).addTo(this.names);
    }
  }
}
