// The map on which a place is only looked at: its pin, where the phone sees itself, the grids that the phone holds.

import { html, nothing, render } from "../lib/html.js";
import { icon } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { metresBetween } from "./crs.js";
import { tooCoarse } from "./fix.js";
import { CLOSE, GridMap, openMap } from "./map.js";
import { byDistance } from "./near.js";

export { loadLeaflet } from "./map.js";

const BOTH_M = 5000; // further apart, both in one view would show neither
const PAN_PX = 80;
const LANDMARKS = 6; // more names than these lie over each other
const LANDMARKS_M = 1000;
const ROUND = { paddingTopLeft: [72, 96], paddingBottomRight: [72, 48], maxZoom: CLOSE, animate: false };

// `point`: {lon, lat} in WGS-84; `name`: how the place is called; `fix`, `locator`: where the phone is, now and later.
export const openViewer = (given) => openMap(Viewer, { title: t("在地图上看"), keys: t("地图：方向键移动"), leave: t("关闭"), fix: null, locator: null, mine: [], ...given });

class Viewer extends GridMap {
  begin() {
    const { L, map, fix, point } = this;
    const face = document.createElement("div");
    render(icon("map-pin"), face);
    const drawn = L.divIcon({ html: face, className: "viewer-pin", iconSize: [48, 48], iconAnchor: [24, 43] });
    this.pin = L.marker([point.lat, point.lon], { icon: drawn, interactive: false, keyboard: false, zIndexOffset: 1000 });
    this.show("case");
    this.pin.addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    this.landmarks();
    if (!fix) return;
    this.here(fix);
    this.show("both");
  }

  // Without streets the eye needs something it knows: premises close by, as they came with the grids.
  landmarks() {
    const { L, map, point, territory } = this;
    for (const { item } of byDistance(territory.knownPoints, point, { within: LANDMARKS_M, limit: LANDMARKS })) {
      const words = Object.assign(document.createElement("span"), { textContent: item.name });
      const name = L.divIcon({ html: words, className: "viewer-name", iconSize: [0, 0] });
      L.circleMarker([item.lat, item.lon], { radius: 5, weight: 2, fillOpacity: 1, className: "viewer-known", interactive: false }).addTo(map);
      L.marker([item.lat, item.lon], { icon: name, interactive: false, keyboard: false }).addTo(map);
    }
  }

  act(what) {
    super.act(what);
    this.show(what);
  }

  show(what) {
    const { map, fix, point } = this;
    const there = [point.lat, point.lon];
    if (what === "case") map.setView(there, CLOSE, { animate: false });
    if (what === "home" && fix) map.setView([fix.lat, fix.lon], tooCoarse(fix) ? this.fitting(fix) : CLOSE, { animate: false });
    const far = fix ? metresBetween([fix.lon, fix.lat], [point.lon, point.lat]) : Infinity;
    if (what === "both" && far <= BOTH_M) map.fitBounds([there, [fix.lat, fix.lon]], ROUND);
  }

  move([east, north]) {
    this.map.panBy([east * PAN_PX, -north * PAN_PX], { animate: false });
  }

  say() {
    const { point, fix, territory, name } = this;
    const { grid } = territory.known ? territory.locate(point.lon, point.lat) : {};
    const far = fix ? t("距离：%(far)s", { far: byDistance([point], fix)[0].words }) : "";
    render(html`<p class="picker-where"><strong>${name || grid?.path || t("案件位置")}</strong></p>
      <p class="picker-hint">${[name ? grid?.path : "", far].filter(Boolean).join(" · ")}</p>
      <div class="picker-buttons">${fix ? html`<button type="button" class="button plain" data-do="home">${icon("current-location")}<span>${t("我的位置")}</span></button>` : nothing}
      <button type="button" class="button plain" data-do="case">${icon("map-pin")}<span>${t("案件位置")}</span></button></div>`, this.dialog.querySelector(".picker-foot"));
  }
}
