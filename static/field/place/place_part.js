// The part of a form that shows the place: how exact it is, which grid, what may be done about it.
//
//   const place = placeState({ territory: new Territory((await store.pack("grids"))?.data), saved: draft.place });
//   placePart(place, { onChange })  ·  ready(place)  ·  locationOf(place)  ·  hold(place) when the photo is taken
// The screen redraws when `place.locator.onChange` calls, and keeps `saved(place)` in its draft.

import { html, nothing } from "../lib/html.js";
import { button, icon, toast } from "../lib/ui.js";
import { joined, t } from "../lib/words.js";
import { metresBetween } from "./crs.js";
import { levelOf, told } from "./fix.js";
import { accept, fixOf, lastOf, renew, take, takeLast, unaccepted, where } from "./place_state.js";
import { age, metres } from "./say.js";

export { gridOf, hold, locationOf, pictureAt, placeState, ready, renew, saved } from "./place_state.js";

const LOOKS = { good: "map-pin-check", fair: "map-pin", wait: "map-pin-exclamation", asking: "current-location", picked: "pin" };
const MINUTE = 60_000;

export function placePart(state, { onChange = () => {}, calibrate = "#/calibrate", mine = [], tiles = null } = {}) {
  const at = where(state);
  const shown = tell(state, at);
  const change = (act) => async () => {
    await act(state);
    onChange(state);
  };
  const map = (label, kind) => button(label, change((own) => pick(own, { mine, tiles })), { kind, name: "map-2" });
  return html`<section class="place" data-tone=${shown.tone} aria-label=${t("位置")}>
    <div class="place-head">
      <span class="place-ring" data-tone=${shown.tone}>${icon(LOOKS[shown.look ?? shown.tone])}</span>
      <div class="place-words">
        ${shown.grid ? html`<strong class="place-grid">${shown.grid}</strong>` : nothing}
        <span class=${shown.grid ? "place-exact" : "place-state"}>${shown.words}</span>
        ${shown.more ? html`<span class="place-more">${icon("map-pin-exclamation")}${shown.more}</span>` : nothing}
      </div>
      <span class="place-told" role="status">${joined([shown.short, shown.grid], "，")}</span>
    </div>
    ${border(state, at, change)}${answers(state, map, change)}
    <div class="place-tools">
      ${at && !unaccepted(state) ? map(t("更正位置"), "quiet") : nothing}
      ${button(t("重新定位"), change(renew), { kind: "quiet", name: "current-location" })}
      <a class="button quiet" href=${calibrate}>${icon("adjustments")}<span>${t("现场校准")}</span></a>
    </div>
  </section>`;
}

// Opens the map; what it gives becomes the place.
export async function pick(state, { mine = [], tiles = null } = {}) {
  const { openPicker } = await import("./picker.js").catch(() => ({})); // the map comes after the app
  if (!openPicker) return toast(t("地图还没有下载，请联网打开一次。"), { tone: "wait" });
  const fix = fixOf(state);
  const result = await openPicker({ territory: state.territory, fix, last: lastOf(state), point: state.picked, locator: state.held ? null : state.locator, mine, tiles });
  if (result) take(state, result);
  return result;
}

// What stands beside the ring.
function tell(state, at) {
  if (!at) {
    const { tone, sentence } = state.locator.status();
    return { tone, words: sentence, short: sentence };
  }
  const fix = fixOf(state);
  const named = { grid: at.grid?.path ?? "", more: beyond(state, at) };
  if (at.picked) {
    const words = fix ? t("图上选点，离手机定位 %(distance)s", { distance: metres(apart(at, fix)) }) : t("图上选点");
    return { ...named, tone: lost(state, at) ? "wait" : "good", look: "picked", words, short: t("图上选点") };
  }
  const level = levelOf(fix.accuracy_m);
  if (level === "coarse" && at.grid) named.grid = t("可能是%(grid)s", named);
  const old = state.locator.clock().getTime() - Date.parse(fix.at);
  const { tone, sentence, short } = told(level, { accuracy_m: fix.accuracy_m });
  const exact = level === "coarse" ? t("太大，请选点或确认") : short;
  const since = old > MINUTE ? t("，%(age)s的定位", { age: age(old) }) : "";
  return { ...named, tone: lost(state, at) ? "wait" : tone, words: at.grid ? `${t("误差 %(distance)s", { distance: metres(fix.accuracy_m) })} · ${exact}${since}` : sentence, short: exact };
}

function apart(at, fix) {
  return metresBetween([at.lon, at.lat], [fix.lon, fix.lat]);
}

const lost = (state, at) => state.territory.whole && at.outside;

// Outside of every border: the nearest grid has it, or none; or the phone does not hold the borders there.
function beyond(state, at) {
  if (!state.territory.known) return t("网格边界还没有下载，发送后由系统归入网格。");
  if (!state.territory.whole && at.outside) return t("不在我的网格和相邻网格内，发送后由系统归入网格。");
  if (at.grid && at.outside) return t("在边界外 %(distance)s，归入最近的网格。", { distance: metres(at.nearest.distance_m) });
  if (at.grid) return "";
  return at.nearest ? t("不在本辖区内，离“%(name)s”%(distance)s。", { name: at.nearest.grid.name, distance: metres(at.nearest.distance_m) }) : t("不在本辖区内。");
}

// On a border both are offered, the likelier first and chosen.
function border(state, at, change) {
  if (!at || at.all.length < 2 || unaccepted(state)) return nothing;
  return html`<fieldset class="segments place-border"><legend>${t("靠近边界，请确认是哪个网格")}</legend>
    <div>${at.all.slice(0, 3).map((grid) => html`<label class="segment"><input type="radio" name="place-grid" value=${grid.code} .checked=${grid === at.grid}
      @change=${change((own) => { own.chosen = grid === at.first ? null : grid.code; })}><span>${grid.path}</span></label>`)}</div></fieldset>`;
}

// What must be answered before the place can be used.
function answers(state, map, change) {
  const coarse = unaccepted(state);
  if (coarse) {
    const still = t("仍用此位置（误差 %(distance)s）", { distance: metres(coarse.accuracy_m) });
    return html`<div class="place-answers">${map(t("在地图上选点"), "plain")}${button(still, change(accept), { name: "map-pin-exclamation" })}</div>`;
  }
  if (where(state)) return nothing;
  const last = lastOf(state);
  const use = last && t("用上次定位（%(age)s，误差 %(distance)s）", { age: age(last.age_ms), distance: metres(last.accuracy_m) });
  return html`<div class="place-answers">${map(t("在地图上选点"), "plain")}${use ? button(use, change(takeLast), { name: "history" }) : nothing}</div>`;
}
