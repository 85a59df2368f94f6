// Home: where I stand, what there is to do and how much of it waits, whom to call; one big 上报 under the thumb.

import { callsPart } from "../lib/calls_part.js";
import { areasOf, territoryOf } from "../lib/ground.js";
import { html, nothing } from "../lib/html.js";
import { mayBeLost } from "../lib/lasting.js";
import { nights } from "../lib/nights.js";
import { chip, icon, link } from "../lib/ui.js";
import { hour } from "../lib/when.js";
import { joined, t } from "../lib/words.js";
import { locator, tooCoarse } from "../place/fix.js";

function greeting() {
  const until = [[5, t("夜深了")], [9, t("早上好")], [12, t("上午好")], [14, t("中午好")], [18, t("下午好")], [24, t("晚上好")]];
  return until.find(([end]) => hour() < end)[1];
}

async function load({ again }, app) {
  const [outings, supervision, phones] = await Promise.all(["outings", "supervision", "phones"].map(async (part) => (await app.store.pack(part))?.data));
  const rounds = await nights(app);
  const open = (list) => (list ?? []).filter((one) => one.state === "open").length;
  const state = again ?? {};
  Object.assign(state, {
    tasks: app.counts.tasks, rechecks: rounds.rechecks.length, outings: open(outings?.outings), rounds: open(rounds.rounds),
    watch: supervision && (supervision.may_check || supervision.problems.length > 0), owed: supervision?.problems.length ?? 0,
    phones, territory: await territoryOf(app.store), begun: isBegun(await app.store.draft("report")),
  });
  if (!again) {
    locator().watch(); // the place warms up here
    state.end = locator().onChange(() => app.redraw());
  }
  return state;
}

// A report that was begun and not sent.
const isBegun = (form) => Boolean(form && (form.content.photos?.items?.length || form.content.photos?.note || form.content.description));

const tile = (hash, name, label, mark) => html`<a class="tile" href=${hash}>${icon(name)}<span>${label}</span>${mark ?? nothing}</a>`;
const pieces = (count) => (count ? chip(t("%(n)s 件", { n: count })) : nothing);
const going = (count) => (count ? chip(t("进行中"), { tone: "good", name: "player-play" }) : nothing);

// The grid in which the phone is now, and how exactly that is known: {shown, told}. What is read out changes with the
// grid and the kind of fix, not with every metre.
function whereIStand({ territory }) {
  const fix = locator().current();
  const { sentence, short } = locator().status();
  if (!fix || tooCoarse(fix)) return { shown: html`<span class="soft">${sentence}</span>`, told: short };
  const { grid, outside } = territory.locate(fix.lon, fix.lat, fix.accuracy_m);
  const exact = t("误差约 %(m)s 米", { m: Math.round(fix.accuracy_m) });
  if (!grid) {
    const where = territory.whole ? t("不在本辖区内") : t("不在我的网格和相邻网格内");
    return { shown: html`<span class="soft">${where} · ${exact}</span>`, told: joined([where, short], "，") };
  }
  const mine = grid.mine && !outside;
  const words = mine ? t("在我的网格里") : grid.name;
  const more = grid.mine ? grid.name : t("不是我的网格");
  return { shown: html`${chip(words, mine ? { tone: "good", name: "map-pin-check" } : { name: "map-pin" })}<span class="soft">${more} · ${exact}</span>`, told: joined([words, more, short], "，") };
}

function view(state, app) {
  const { me } = app;
  const { shown, told } = whereIStand(state);
  return html`${mayBeLost(app)}<section class="card">
      <p><strong>${greeting()}</strong> <span class="soft">${me.name}</span></p>
      ${me.grids?.length ? html`<p class="soft">${areasOf(me)}</p>` : nothing}
      <p class="chips">${shown}</p><span class="told" role="status">${told}</span>
    </section>
    <nav class="tiles" aria-label=${t("工作")}>
      ${me.may?.go_out === false ? nothing : html`${tile("#/outings", "users-group", t("联合执法"), going(state.outings))}${tile("#/rounds", "moon", t("夜查"), state.rechecks ? chip(t("待复查 %(n)s", { n: state.rechecks }), { tone: "wait", name: "eye-check" }) : going(state.rounds))}`}
      ${tile("#/tasks", "list-check", t("任务"), pieces(state.tasks))}${tile("#/near", "map-pins", t("附近"))}
      ${state.watch ? tile("#/supervision", "report-search", t("督查"), pieces(state.owed)) : nothing}
    </nav>
    ${callsPart(state.phones)}
    ${me.may?.report === false ? nothing : html`<div class="thumb home-report">${link(state.begun ? t("继续填写上报") : t("上报"), "#/report", { kind: "primary", name: "camera-plus" })}</div>`}`;
}

export default { title: () => t("现场"), load, view, live: true, leave: (state) => state.end?.() };
