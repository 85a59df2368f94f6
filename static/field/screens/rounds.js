// 夜查: tonight's plan, what is going on, re-inspections owed; join one, begin a free one.

import { gridsPart, ownGrids } from "../lib/grids_part.js";
import { html, nothing } from "../lib/html.js";
import { code, uuid } from "../lib/ids.js";
import { nameOf, nights } from "../lib/nights.js";
import { recheckRow } from "../lib/recheck_row.js";
import { button, chip, empty, field, icon, time } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { begunPart } from "../joint/begun.js";
import { begunForms } from "../joint/form.js";
import { lookOrWait } from "../joint/fresh.js";
import { SmallForm } from "../joint/small.js";
import { scanToJoin } from "../joint/squad.js";

const STATES = () => ({ planned: ["wait", "calendar-event", t("待开展")], open: ["good", "player-play", t("进行中")], ended: ["", "circle-check", t("已结束")], cancelled: ["", "ban", t("已取消")] });

const MOST_GROUPS = 50;

export function stateChip(state) {
  const [tone, name, words] = STATES()[state];
  return chip(words, { tone, name });
}

async function load({ again }, app) {
  const found = await nights(app);
  await lookOrWait(app, "rounds", found.at);
  const form = again?.form ?? (await SmallForm.open(app, "begin round", { theme: "", groups: "1", grids: [] }, [], () => ({ id: uuid(), code: code() })));
  return { found, form, grids: await ownGrids(app), begun: await begunForms(app.store, "visit") };
}

async function start(state, app) {
  const { form } = state;
  const { theme, groups, grids } = form.content;
  const count = /^\d{1,2}$/.test(groups.trim()) ? Number(groups) : 0;
  if (!form.sound(count < 1 || count > MOST_GROUPS ? { groups: t("请填写 1 到 %(most)s 的整数", { most: MOST_GROUPS }) } : {})) return;
  await form.settled();
  const said = { action: "start", groups: count };
  if (theme.trim()) said.theme = theme.trim();
  if (grids.length) said.grids = grids;
  const called = (id, joined) => ({ id, type: "round", body: { ...said, code: joined }, about: { title: theme.trim() || t("夜查") }, draft: form.name });
  const record = await app.capture({ ...called(form.id, form.content.code), another: (id) => called(id, code()) });
  await form.empty();
  app.toast(t("夜查已开始。"));
  app.go(`#/rounds/${record.id}`);
}

const line = (round) => html`<li><a class="row" href="#/rounds/${nameOf(round)}"><span class="row-icon">${icon("moon")}</span>
  <span class="row-body"><strong>${round.theme || t("夜查")}</strong><span class="soft num">${round.number ?? (round.unheard ? t("已扫码签到，待编号") : t("本机开始，待编号"))}</span><span class="chips">${stateChip(round.state)} ${time(round.started_at ?? round.planned_for)}</span></span>${icon("chevron-right")}</a></li>`;

function begin(state, app) {
  const { form } = state;
  const { theme, groups, grids } = form.content;
  return html`<details class="card" ?open=${form.shown}><summary>${t("开始夜查")}</summary>
    ${field("theme", t("主题"), theme, form.typed("theme"), { hint: t("如：涉气、安全"), maxlength: 60, options: state.found.themes })}
    ${field("groups", t("组数"), groups, form.typed("groups"), { inputmode: "numeric", maxlength: 2, required: true, errors: form.errors })}
    ${state.grids.length > 1 ? html`<fieldset class="choices"><legend>${t("网格（不选为全辖区）")}</legend>${gridsPart(state.grids, grids, (codes) => form.set({ grids: codes }))}</fieldset>` : nothing}
    <p class="soft">${t("现场自行开始的为巡查、走访；行政检查由值班长或派遣员事先计划并注明批准。")}</p>
    ${button(t("开始"), () => start(state, app), { kind: "primary", name: "player-play" })}</details>`;
}

function view(state, app) {
  const { rounds, rechecks } = state.found;
  return html`${begunPart(state.begun)}
    ${rounds.length ? html`<section><h2>${t("我的夜查")}</h2><ul class="rows">${rounds.map(line)}</ul></section>` : empty(t("现在没有您参加的夜查。"), "moon")}
    ${rechecks.length ? html`<section><h2>${t("待复查")} <span class="num">${rechecks.length}</span></h2><ul class="rows">${rechecks.map((one) => recheckRow(one, rounds))}</ul></section>` : nothing}
    ${button(t("扫码加入夜查"), () => scanToJoin(app), { name: "scan" })}
    ${begin(state, app)}`;
}

export default { title: () => t("夜查"), load, view, live: true, busy: (state) => state.form?.begun };
