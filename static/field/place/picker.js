// The map on which a place is put by hand.
//
// The pin is a ring with a cross at the very point and a handle below it, so that no finger lies on what is being
// aimed at.

import { html, nothing, render } from "../lib/html.js";
import { icon } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { metresBetween, shifted } from "./crs.js";
import { tooCoarse } from "./fix.js";
import { CLOSE, GridMap, openMap } from "./map.js";
import { metres } from "./say.js";

export { loadLeaflet } from "./map.js";

const STEP_M = 5;
const WIDE_STEP_M = 50;

// Resolves with {lon, lat, picked, fix} in WGS-84, or null where it was left. `fix`: where the phone sees itself;
// `last`: where it did, for want of that; `point`: where the pin stands already; `mine`: codes of my own grids.
export const openPicker = (given) => openMap(Picker, { title: t("在地图上选点"), keys: t("地图：方向键移动图钉，每次 5 米；按住 Shift 每次 50 米"), leave: t("取消"), fix: null, last: null, point: null, locator: null, mine: [], tiles: null, ...given });

class Picker extends GridMap {
  begin() {
    const { L, map, territory, fix, last, point } = this;
    this.moved = Boolean(point);
    if (this.tiles) L.tileLayer(this.tiles, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
    const start = point ?? fix ?? last;
    if (start) map.setView([start.lat, start.lon], fix && tooCoarse(fix) && !point ? this.fitting(fix) : CLOSE);
    else if (territory.known) map.fitBounds(this.bounds());
    else map.setView([34, 108], 9);
    if (fix) this.here(fix);
    // A coarse fix is no place: the pin stands only where somebody put it.
    if (point) this.put([point.lon, point.lat]);
    else if (fix && !tooCoarse(fix)) this.put([fix.lon, fix.lat], false);
    map.on("click", ({ latlng }) => this.put([latlng.lng, latlng.lat]));
  }

  act(what) {
    super.act(what);
    if (what === "home") this.home();
    if (what === "take" && this.pin) this.finish(this.answer());
  }

  // Both places are kept: where the pin stands and where the phone sees itself.
  answer() {
    const [lon, lat] = this.at;
    return this.moved ? { lon, lat, picked: true, fix: this.fix } : { lon: this.fix.lon, lat: this.fix.lat, picked: false, fix: this.fix };
  }

  key(event) {
    if (event.key === "Enter") this.act("take");
    super.key(event);
  }

  move(way, wide) {
    const step = wide ? WIDE_STEP_M : STEP_M;
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
