// First start: tests what this phone can do and says in one line what is missing and what to do.

import { html, nothing } from "../lib/html.js";
import { CHECKS } from "../lib/checks.js";
import { device } from "../lib/device.js";
import { button, icon } from "../lib/ui.js";
import { t } from "../lib/words.js";

async function load({ again }) {
  return again ?? { results: {}, running: false, ran: false };
}

async function run(state, app) {
  Object.assign(state, { running: true, results: {} });
  app.redraw();
  for (const [name, , , test] of CHECKS()) {
    state.results[name] = await test();
    app.redraw();
  }
  Object.assign(state, { running: false, ran: true });
  app.redraw();
}

async function begin(app) {
  await device.set("started", true);
  app.go("#/");
}

function line([name, label, glyph], state) {
  const found = state.results[name];
  return html`<li class="row"><span class="row-icon">${icon(found ? (found.tone === "good" ? "check" : "alert-triangle") : glyph)}</span>
    <span class="row-body"><strong>${label}</strong><span class=${found?.tone === "wait" ? "warned" : "soft"}>${found?.words ?? (state.running ? t("正在检查…") : t("未检查"))}</span>${found?.todo ? html`<span class="soft">${found.todo}</span>` : nothing}</span></li>`;
}

function view(state, app) {
  return html`<section class="card"><p>${t("先花半分钟检查这部手机：相机和定位会请求权限，请选择允许。")}</p>
      <p class="soft">${t("照片和位置只用于您上报的问题和执法记录，不在后台记录行踪。")}</p></section>
    <ul class="rows">${CHECKS().map((one) => line(one, state))}</ul>
    <div class="thumb">${state.ran ? button(t("开始使用"), () => begin(app), { kind: "primary", name: "arrow-right" }) : button(t("检查这部手机"), () => run(state, app), { kind: "primary", name: "device-mobile", disabled: state.running })}</div>
    ${state.ran ? button(t("重新检查"), () => run(state, app), { kind: "quiet", name: "refresh" }) : button(t("以后再说"), () => begin(app), { kind: "quiet" })}`;
}

export default { title: () => t("检查手机"), load, view };
