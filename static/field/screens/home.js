// Home: where I stand, one big 上报, what else there is, how many things wait.

import { html, nothing } from "../lib/html.js";
import { mayBeLost } from "../lib/lasting.js";
import { nights } from "../lib/nights.js";
import { chip, icon, link } from "../lib/ui.js";
import { hour } from "../lib/when.js";
import { t } from "../lib/words.js";
import { locator, tooCoarse } from "../place/fix.js";
import { Territory } from "../place/grids.js";

function greeting() {
  const until = [[5, t("夜深了")], [9, t("早上好")], [12, t("上午好")], [14, t("中午好")], [18, t("下午好")], [24, t("晚上好")]];
  return until.find(([end]) => hour() < end)[1];
}

async function load({ again }, app) {
  const [outings, supervision, grids] = await Promise.all(["outings", "supervision", "grids"].map(async (part) => (await app.store.pack(part))?.data));
  const rounds = await nights(app);
  const open = (list) => (list ?? []).filter((one) => one.state === "open").length;
  const state = again ?? {};
  Object.assign(state, {
    tasks: app.counts.tasks, rechecks: rounds.rechecks.filter((one) => Date.parse(one.due_at) <= Date.now()).length, outings: open(outings?.outings), rounds: open(rounds.rounds),
    watch: supervision && (supervision.may_check || supervision.problems.length > 0), owed: supervision?.problems.length ?? 0,
    // The tree of borders is made once for a download of grids.
    territory: state.territory && state.grids === grids ? state.territory : new Territory(grids), grids,
  });
  if (!again) {
    locator().watch(); // the place warms up here
    state.end = locator().onChange(() => app.redraw());
  }
  return state;
}

const tile = (hash, name, label, mark) => html`<a class="tile" href=${hash}>${icon(name)}<span>${label}</span>${mark ?? nothing}</a>`;
const pieces = (count) => (count ? chip(t("%(n)s 件", { n: count })) : nothing);
const going = (count) => (count ? chip(t("进行中"), { tone: "good", name: "player-play" }) : nothing);

// The grid in which the phone is now, and how exactly that is known.
function whereIStand(state) {
  const fix = locator().current();
  if (!fix || tooCoarse(fix)) return html`<p class="soft" role="status">${locator().status().sentence}</p>`;
  const { grid, outside } = state.territory.locate(fix.lon, fix.lat, fix.accuracy_m);
  const exact = t("误差约 %(m)s 米", { m: Math.round(fix.accuracy_m) });
  if (!grid) return html`<p class="soft" role="status">${state.territory.whole ? t("不在本辖区内") : t("不在我的网格和相邻网格内")} · ${exact}</p>`;
  return html`<p role="status">${grid.mine && !outside ? chip(t("在我的网格里"), { tone: "good", name: "map-pin-check" }) : chip(grid.name, { name: "map-pin" })} <span class="soft">${grid.mine ? grid.name : t("不是我的网格")} · ${exact}</span></p>`;
}

function view(state, app) {
  const { me } = app;
  return html`${mayBeLost(app)}<section class="card">
      <p><strong>${greeting()}</strong> <span class="soft">${me.name}</span></p>
      ${me.grids?.length ? html`<p class="soft">${me.grids.slice(0, 3).map((grid) => grid.name).join("、")}${me.grids.length > 3 ? t("等 %(n)s 处", { n: me.grids.length }) : ""}</p>` : nothing}
      ${whereIStand(state)}
    </section>
    ${me.may?.report === false ? nothing : link(t("上报"), "#/report", { kind: "primary", name: "camera-plus" })}
    <nav class="tiles" aria-label=${t("工作")}>
      ${me.may?.go_out === false ? nothing : html`${tile("#/outings", "users-group", t("联合执法"), going(state.outings))}${tile("#/rounds", "moon", t("夜查"), state.rechecks ? chip(t("待复查 %(n)s", { n: state.rechecks }), { tone: "wait", name: "eye-check" }) : going(state.rounds))}`}
      ${tile("#/tasks", "list-check", t("任务"), pieces(state.tasks))}${tile("#/near", "map-pins", t("附近"))}
      ${state.watch ? tile("#/supervision", "report-search", t("督查"), pieces(state.owed)) : nothing}
    </nav>`;
}

export default { title: () => t("现场"), load, view, live: true, leave: (state) => state.end?.() };
