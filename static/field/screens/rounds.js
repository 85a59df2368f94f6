// 夜查: tonight's plan, what is going on, re-inspections owed; join one, begin a free one.

import { html, nothing } from "../lib/html.js";
import { code } from "../lib/ids.js";
import { nameOf, nights } from "../lib/nights.js";
import { button, chip, due, empty, field, icon, link, time } from "../lib/ui.js";
import { t } from "../lib/words.js";

const STATES = () => ({ planned: ["wait", "calendar-event", t("待开展")], open: ["good", "player-play", t("进行中")], ended: ["", "circle-check", t("已结束")], cancelled: ["", "ban", t("已取消")] });

export function stateChip(state) {
  const [tone, name, words] = STATES()[state];
  return chip(words, { tone, name });
}

async function load({ again }, app) {
  const found = await nights(app);
  return { found, form: again?.form ?? { theme: "", groups: "1", grids: [] }, grids: app.me.grids ?? [] };
}

async function start(state, app) {
  const { theme, groups, grids } = state.form;
  const body = { action: "start", code: code(), groups: Math.min(50, Math.max(1, Number.parseInt(groups, 10) || 1)) };
  if (theme.trim()) body.theme = theme.trim();
  if (grids.length) body.grids = grids;
  const record = await app.capture({ type: "round", body, about: { title: theme.trim() || t("夜查") } });
  app.toast(t("夜查已开始。"));
  app.go(`#/rounds/${record.id}`);
}

const line = (round) => html`<li><a class="row" href="#/rounds/${nameOf(round)}"><span class="row-icon">${icon("moon")}</span>
  <span class="row-body"><strong>${round.theme || t("夜查")}</strong><span class="soft num">${round.number ?? (round.unheard ? t("已扫码签到，待编号") : t("本机开始，待编号"))}</span><span class="chips">${stateChip(round.state)} ${time(round.started_at ?? round.planned_for)}</span></span>${icon("chevron-right")}</a></li>`;

function recheck(one, rounds) {
  const open = rounds.find((round) => round.state === "open");
  const words = html`<strong>${one.name}</strong><span class="soft">${t("未整改问题 %(n)s 个", { n: one.findings.length })}</span><span>${due(one.due_at)}</span>`;
  return open
    ? html`<li><a class="row" href="#/rounds/${nameOf(open)}/visit?premises=${one.premises}&recheck=yes"><span class="row-icon">${icon("eye-check")}</span><span class="row-body">${words}</span>${icon("chevron-right")}</a></li>`
    : html`<li class="row"><span class="row-icon">${icon("eye-check")}</span><span class="row-body">${words}<span class="soft">${t("开始或加入夜查后可复查")}</span></span></li>`;
}

function begin(state, app) {
  const { form } = state;
  const change = (name) => (value) => { form[name] = value; };
  const toggle = (grid) => (event) => { form.grids = event.target.checked ? [...form.grids, grid.code] : form.grids.filter((one) => one !== grid.code); };
  return html`<details class="card"><summary>${t("开始夜查")}</summary>
    ${field("theme", t("主题"), form.theme, change("theme"), { hint: t("如：涉气、安全"), maxlength: 60, options: state.found.themes })}
    ${field("groups", t("组数"), form.groups, change("groups"), { inputmode: "numeric", maxlength: 2, required: true })}
    ${state.grids.length > 1 ? html`<fieldset class="choices"><legend>${t("网格（不选为全辖区）")}</legend>${state.grids.map((grid) => html`<label class="check"><input type="checkbox" .checked=${form.grids.includes(grid.code)} @change=${toggle(grid)}><span>${grid.name}</span></label>`)}</fieldset>` : nothing}
    <p class="soft">${t("现场自行开始的为巡查、走访；行政检查由值班长或派遣员事先计划并注明批准。")}</p>
    ${button(t("开始"), () => start(state, app), { kind: "primary", name: "player-play" })}</details>`;
}

function view(state, app) {
  const { rounds, rechecks } = state.found;
  return html`${rounds.length ? html`<section><h2>${t("我的夜查")}</h2><ul class="rows">${rounds.map(line)}</ul></section>` : empty(t("现在没有您参加的夜查。"), "moon")}
    ${rechecks.length ? html`<section><h2>${t("待复查")} <span class="num">${rechecks.length}</span></h2><ul class="rows">${rechecks.map((one) => recheck(one, rounds))}</ul></section>` : nothing}
    ${link(t("扫码加入夜查"), "#/join?room=round", { name: "qrcode" })}
    ${begin(state, app)}`;
}

export default { title: () => t("夜查"), load, view, live: true };
