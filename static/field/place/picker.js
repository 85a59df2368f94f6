// The map on which a place is put by hand. It is drawn from the grids that the phone holds: no network, no tiles needed.
//
// The pin is a ring with a cross at the very point and a handle below it, so that no finger lies on what is being
// aimed at. Zooming is not animated: during an animation Leaflet counts in the old scale while the eye sees the new
// one, and a touch would end many metres away.

import { html, nothing, render } from "../lib/html.js";
import { icon } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { metresBetween, shifted } from "./crs.js";
import { tooCoarse } from "./fix.js";
import { metres } from "./say.js";

const LEAFLET = "/static/vendor/leaflet/leaflet";
const STEP_M = 5;
const WIDE_STEP_M = 50;
const CLOSE = 17;
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

// Resolves with {lon, lat, picked, fix} in WGS-84, or null where it was left. `fix`: where the phone sees itself;
// `last`: where it did, for want of that; `point`: where the pin stands already; `mine`: codes of my own grids.
export async function openPicker({ territory, fix = null, last = null, point = null, locator = null, mine = [], tiles = null, target = document.body }) {
  const L = await loadLeaflet();
  const dialog = document.createElement("dialog");
  dialog.className = "picker";
  dialog.setAttribute("aria-label", t("在地图上选点"));
  target.append(dialog);
  render(frame(), dialog);
  dialog.showModal();
  const picker = new Picker(L, dialog, { territory, fix, last, point, locator, mine, tiles });
  const result = await picker.result;
  dialog.close();
  dialog.remove();
  return result;
}

const frame = () => html`<div class="picker-map" tabindex="0" role="application" aria-label=${t("地图：方向键移动图钉，每次 5 米；按住 Shift 每次 50 米")}></div>
  <div class="picker-zoom"><button type="button" data-do="closer" aria-label=${t("放大")}>${icon("plus")}</button><button type="button" data-do="wider" aria-label=${t("缩小")}>${icon("minus")}</button></div>
  <button type="button" class="picker-close" data-do="leave" aria-label=${t("取消")}>${icon("x")}</button>
  <div class="picker-foot"></div>`;

// Of some pixels the one nearest to the middle of all.
function inner(spots) {
  const [x, y] = [0, 1].map((axis) => spots.reduce((sum, spot) => sum + spot[axis], 0) / spots.length);
  return spots.reduce((best, spot) => (Math.hypot(spot[0] - x, spot[1] - y) < Math.hypot(best[0] - x, best[1] - y) ? spot : best));
}

class Picker {
  constructor(L, dialog, given) {
    Object.assign(this, given, { L, dialog, pin: null, moved: Boolean(given.point) });
    this.result = new Promise((resolve) => { this.done = resolve; });
    this.place = dialog.querySelector(".picker-map");
    this.map = L.map(this.place, {
      attributionControl: false, zoomControl: false, keyboard: false, doubleClickZoom: false, inertia: false,
      zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, minZoom: 9, maxZoom: 20, zoomSnap: 0.25,
    });
    dialog.map = this.map; // for tests
    this.draw();
    this.listen();
    this.say();
    this.place.focus();
  }

  draw() {
    const { L, map, territory, fix, last, point } = this;
    if (this.tiles) L.tileLayer(this.tiles, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
    const own = new Set(this.mine);
    this.shapes = L.geoJSON(territory.leaves.map((grid) => ({ type: "Feature", properties: { grid }, geometry: { type: "MultiPolygon", coordinates: grid.shapes } })), {
      interactive: false,
      style: ({ properties: { grid } }) => (grid.mine || own.has(grid.code) ? { className: "picker-grid picker-mine", weight: 4, fillOpacity: 0.1 } : { className: "picker-grid", weight: 1.5, fillOpacity: 0.04 }),
    }).addTo(map);
    const start = point ?? fix ?? last;
    if (start) map.setView([start.lat, start.lon], fix && tooCoarse(fix) && !point ? this.fitting(fix) : CLOSE);
    else if (territory.known) map.fitBounds(this.bounds(own));
    else map.setView([34, 108], 9);
    if (fix) this.here(fix);
    // A coarse fix is no place: the pin stands only where somebody put it.
    if (point) this.put([point.lon, point.lat]);
    else if (fix && !tooCoarse(fix)) this.put([fix.lon, fix.lat], false);
    this.label();
  }

  // Mine, else all.
  bounds(own) {
    const shapes = this.shapes.getLayers();
    const mine = shapes.filter(({ feature: { properties: { grid } } }) => grid.mine || own.has(grid.code));
    return this.L.featureGroup(mine.length ? mine : shapes).getBounds();
  }

  fitting(fix) {
    return this.map.getBoundsZoom(this.L.latLng(fix.lat, fix.lon).toBounds(fix.accuracy_m * 2));
  }

  listen() {
    const { map, dialog } = this;
    map.on("click", ({ latlng }) => this.put([latlng.lng, latlng.lat]));
    map.on("moveend zoomend", () => this.label());
    // The map has to know its size: one that was turned or resized answers with places beside the finger.
    this.sizes = new ResizeObserver(() => map.invalidateSize({ pan: false, animate: false }));
    this.sizes.observe(this.place);
    this.place.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do));
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.act("leave"); });
    if (this.locator) this.unwatch = this.locator.onChange(() => this.seen(this.locator.current()));
    dialog.picker = this;
  }

  act(what) {
    if (what === "closer") this.map.zoomIn(1, { animate: false });
    if (what === "wider") this.map.zoomOut(1, { animate: false });
    if (what === "home") this.home();
    if (what === "leave") this.finish(null);
    if (what === "take" && this.pin) this.finish(this.answer());
  }

  // Both places are kept: where the pin stands and where the phone sees itself.
  answer() {
    const [lon, lat] = this.at;
    return this.moved ? { lon, lat, picked: true, fix: this.fix } : { lon: this.fix.lon, lat: this.fix.lat, picked: false, fix: this.fix };
  }

  finish(result) {
    this.sizes.disconnect();
    this.unwatch?.();
    this.map.remove();
    this.done(result);
  }

  key(event) {
    const way = ARROWS[event.key];
    if (event.key === "+" || event.key === "=") this.act("closer");
    else if (event.key === "-") this.act("wider");
    else if (event.key === "Enter") this.act("take");
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? WIDE_STEP_M : STEP_M;
    const { lng, lat } = this.map.getCenter();
    this.put(shifted(this.at ?? [lng, lat], way[0] * step, way[1] * step));
    this.map.panInside([this.at[1], this.at[0]], { paddingTopLeft: [48, 48], paddingBottomRight: [48, 220], animate: false });
  }

  put([lon, lat], moved = true) {
    this.at = [lon, lat];
    this.moved = moved;
    if (this.pin) this.pin.setLatLng([lat, lon]);
    else this.pin = this.marker(lat, lon);
    this.say();
  }

  marker(lat, lon) {
    const { L } = this;
    const face = document.createElement("div");
    render(html`<span class="pin-cross"></span><span class="pin-handle">${icon("arrows-maximize")}</span>`, face);
    const drawn = L.divIcon({ html: face, className: "picker-pin", iconSize: [64, 124], iconAnchor: [32, 32] });
    const pin = L.marker([lat, lon], { icon: drawn, draggable: true, autoPan: true, keyboard: false, zIndexOffset: 1000 });
    const follow = () => {
      const { lng, lat: north } = pin.getLatLng();
      [this.at, this.moved] = [[lng, north], true];
      this.say();
    };
    return pin.on("drag dragend", follow).addTo(this.map);
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

  // A new fix moves the circle, and the pin only where nobody has moved it.
  seen(fix) {
    if (!fix) return;
    this.fix = fix;
    this.here(fix);
    if (!this.moved && !tooCoarse(fix)) this.put([fix.lon, fix.lat], false);
    else this.say();
  }

  home() {
    const at = this.fix ?? this.last;
    if (!at) return;
    this.map.setView([at.lat, at.lon], this.fix && tooCoarse(this.fix) ? this.fitting(this.fix) : CLOSE, { animate: false });
    if (this.fix && !tooCoarse(this.fix)) this.put([this.fix.lon, this.fix.lat], false);
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

  say() {
    const [lon, lat] = this.at ?? [];
    const grid = this.at && this.territory.known ? this.territory.locate(lon, lat) : null;
    const where = grid && (grid.grid ? grid.grid.path : this.territory.whole ? t("不在本辖区内") : t("不在我的网格和相邻网格内"));
    const far = this.at && this.moved && this.fix ? t("离手机定位 %(distance)s", { distance: metres(metresBetween(this.at, [this.fix.lon, this.fix.lat])) }) : "";
    const words = [where, far].filter(Boolean).join(" · ");
    const hint = this.at ? t("点地图放图钉，拖动手柄微调，十字所在就是位置。") : t("点地图，把图钉放到事情发生的地方。");
    render(html`<p class="picker-where" role="status"><strong>${words || t("还没有选点")}</strong></p><p class="picker-hint">${hint}</p>
      <div class="picker-buttons">${this.fix || this.last ? html`<button type="button" class="button plain" data-do="home">${icon("current-location")}<span>${t("回到我的位置")}</span></button>` : nothing}
      <button type="button" class="button primary" data-do="take" ?disabled=${!this.at}>${icon("check")}<span>${t("用这个位置")}</span></button></div>`, this.dialog.querySelector(".picker-foot"));
  }
}
