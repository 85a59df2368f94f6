// 现场校准: standing at a known point, compare where the phone says it is; a shifted phone is put right from then on.

import { html, nothing } from "../lib/html.js";
import { device } from "../lib/device.js";
import { button, chip, empty, icon, moment, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { forget, judge, keep } from "../place/calibrate.js";
import { locator } from "../place/fix.js";
import { byDistance } from "../place/near.js";

// Points further off than the largest shift are not where the person stands.
const WITHIN = 3000;

async function load({ again }, app) {
  const state = again ?? { verdict: null, point: null };
  state.points = (await app.store.pack("grids"))?.data?.known_points ?? [];
  if (!again) {
    locator().watch();
    state.end = locator().onChange(() => app.redraw());
  }
  return state;
}

async function compare(state, app, point) {
  Object.assign(state, { point, verdict: judge(locator().raw(), point) });
  if (state.verdict.kind) {
    await keep(state.verdict, point);
    locator().again();
  }
  app.redraw();
}

function kept() {
  const known = device.get("calibration");
  if (!known) return html`<p class="soft">${t("这部手机还没有校准。")}</p>`;
  const words = { none: t("定位正常"), gcj02: t("按 GCJ-02 换算"), bd09: t("按 BD-09 换算"), offset: t("按固定偏差修正") }[known.kind];
  return html`<p>${chip(words, { tone: "good", name: "current-location" })} <span class="soft">${known.point.name} ${moment(known.at)}</span></p>`;
}

function view(state, app) {
  const here = locator().raw();
  const offered = byDistance(state.points, here, { within: WITHIN, limit: 12 });
  return html`<section class="card"><p>${t("请站到一个已知地点旁边（如登记过的企业门口），选中它。手机定位偏移的，以后自动换算，原始位置也会保存。")}</p>
      <p class="soft" role="status">${locator().status().sentence}</p>${kept()}
      ${device.get("calibration") ? button(t("取消校准"), async () => { await forget(); state.verdict = null; locator().again(); app.redraw(); }, { kind: "quiet", name: "eraser" }) : nothing}</section>
    ${state.verdict ? notice(state.verdict.tone, state.verdict.kind ? t("校准完成") : t("没有校准"), state.verdict.sentence) : nothing}
    ${offered.length ? html`<ul class="rows">${offered.map(({ item, words }) => html`<li><button type="button" class="row" @click=${() => compare(state, app, item)}><span class="row-icon">${icon("map-pin")}</span><span class="row-body"><strong>${item.name}</strong><span class="soft">${words}</span></span></button></li>`)}</ul>` : empty(here ? t("附近没有已知地点。") : t("等待定位…"), "map-pins")}`;
}

export default { title: () => t("现场校准"), load, view, leave: (state) => state.end?.() };
