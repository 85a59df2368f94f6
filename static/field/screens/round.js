// One round: what kind of visit the law allows now, the plan, grids seen, visits, people, the end.

import { gridsPart, ownGrids } from "../lib/grids_part.js";
import { html, nothing } from "../lib/html.js";
import { code as newCode } from "../lib/ids.js";
import { called, certifiedHere, inspects, nameOf, nights, roundOf } from "../lib/nights.js";
import { button, chip, empty, field, icon, link, moment, notice, sheet, time } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { begunPart } from "../joint/begun.js";
import { begunForms } from "../joint/form.js";
import { keepFresh, lookAgain } from "../joint/fresh.js";
import { inFront } from "../joint/parts.js";
import { SmallForm } from "../joint/small.js";
import { memberForm, squadPart } from "../joint/squad.js";
import { stateChip } from "./rounds.js";

async function load({ id, again }, app) {
  const found = await nights(app);
  const words = { agencies: (await app.store.pack("outings"))?.data?.agencies ?? [] };
  const round = roundOf(found, id);
  if (round) await app.track?.seen("round", nameOf(round), round.state === "open" && round.checked_in);
  const begun = (await begunForms(app.store, "visit")).filter(({ content }) => round ? called(round, content.round.name) : content.round.name === id);
  lookAgain(app, ["rounds"]);
  return { stop: again?.stop ?? keepFresh(app, ["rounds"]), id, round, found, words, begun, own: await ownGrids(app), forms: again?.forms ?? (round && (await forms(app, [round.record, round.number]))) };
}

const forms = async (app, names) => ({
  member: await memberForm(app, names),
  over: await SmallForm.open(app, "end", { reason: "" }, names),
  seen: await SmallForm.open(app, "grids seen", { grids: [] }, names),
});

const title = (round) => round.theme || t("夜查");

const about = (round) => ({ subject: title(round) });

// Sends what a small form of the screen says.
async function send(state, app, form, body, words) {
  const { round } = state;
  await form.settled();
  await app.capture({ id: form.id, type: "round", body: { ...body, round: nameOf(round) }, about: { title: words, ...about(round) }, draft: form.name });
  await form.empty();
}

async function start(round, app) {
  await app.capture({ type: "round", body: { action: "start", number: round.number, ...(round.code ? {} : { code: newCode() }) }, about: { title: t("开始夜查"), ...about(round) } });
  app.toast(t("夜查已开始。"));
}

async function over(state, app, action) {
  const ends = action === "end";
  const words = ends ? t("结束夜查") : t("取消夜查");
  const { over: form } = state.forms;
  form.errors = {};
  const sure = await sheet(words, (close, draw) => {
    const missing = () => (ends || form.content.reason.trim() ? {} : { reason: t("请写明原因") });
    return html`<p>${ends ? t("结束后还可补登一天内的检查走访；没有发现问题也是结果。") : t("取消的夜查不计入次数。")}</p>
      ${field("reason", ends ? t("小结") : t("原因"), form.content.reason, (reason) => { form.set({ reason }); draw(); }, { rows: 3, maxlength: 500, required: !ends, errors: form.errors })}
      ${button(words, () => form.sound(missing(), draw) && close(true), { kind: "primary", name: ends ? "player-stop" : "ban" })}`;
  });
  if (!sure) return;
  const reason = form.content.reason.trim();
  await send(state, app, form, { action, ...(reason ? { reason } : {}) }, words);
  app.toast(ends ? t("夜查已结束。") : t("夜查已取消。"));
}

async function gridsSeen(state, app) {
  const { seen } = state.forms;
  await send(state, app, seen, { action: "grid_checked", grids: seen.content.grids }, t("查过网格"));
  app.toast(t("已登记查过的网格。"));
}

const LAW = {
  yes: () => notice("good", t("行政检查"), t("已批准，两名以上持证执法人员在场。请出示执法证件。")),
  sure: (round) => notice("wait", t("行政检查须两名以上持证执法人员在场"), t("须同一执法单位的人员签到，本机现知 %(n)s 名；在别的手机上签到的，送达后计入。人数不足的请按巡查、走访登记，只能出具隐患提示单。", { n: certifiedHere(round.squad) })),
  no: (round) => notice("wait", t("巡查、走访"), round.fault ?? t("现场自行开始的夜查只能巡查、走访；发现问题出具隐患提示单。")),
};
export const allowed = (round) => (round.unheard ? nothing : LAW[inspects(round)](round));

function plan(round) {
  if (!round.plan.length) return nothing;
  const visited = new Set(round.visits.map((visit) => visit.premises));
  return html`<section><h2>${t("计划检查对象")}</h2><ul class="rows">${round.plan.map((one) => html`<li><a class="row" href="#/rounds/${nameOf(round)}/visit?premises=${one.id}"><span class="row-icon">${icon("building-store")}</span><span class="row-body"><strong>${one.name}</strong>${one.address ? html`<span class="soft">${one.address}</span>` : nothing}${visited.has(one.id) ? html`<span>${chip(t("已查"), { tone: "good", name: "circle-check" })}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`)}</ul></section>`;
}

// The whole of where I work is offered where nothing was planned, or all of that has been seen.
function unseen({ round, own }) {
  const open = round.grids.filter((grid) => !grid.checked_at);
  const done = new Set(round.grids.map((grid) => grid.code));
  return open.length ? open : own.filter((grid) => !done.has(grid.code));
}

function grids(state, app) {
  const { round, own } = state;
  const { seen } = state.forms;
  const chosen = seen.content.grids;
  const done = round.grids.filter((grid) => grid.checked_at);
  const offered = unseen(state);
  const name = ({ code: wanted, name: said }) => said ?? own.find((one) => one.code === wanted)?.name ?? wanted;
  return html`<details class="card"><summary>${t("查过的网格")} <span class="num">${done.length}</span></summary>
    <p class="soft">${t("查过网格，未发现问题也要登记")}</p>
    ${done.length ? html`<p class="chips">${done.map((grid) => chip(name(grid), { tone: "good", name: "circle-check" }))}</p>` : nothing}
    ${gridsPart(offered.map((grid) => ({ ...grid, name: name(grid) })), chosen, (codes) => seen.set({ grids: codes }))}
    ${offered.length ? button(t("登记"), () => gridsSeen(state, app), { name: "check", disabled: !chosen.length }) : nothing}</details>`;
}

const kindName = (state, value) => state.found.visit_kinds.find((one) => one.value === value)?.name ?? value;
const paperName = (state, value) => state.found.order_kinds.find((one) => one.value === value)?.name ?? value;

function visits(state) {
  const { round } = state;
  if (!round.visits.length) return nothing;
  const line = (visit) => html`<span class="row-icon">${icon("clipboard-check")}</span><span class="row-body"><strong>${visit.name}</strong><span class="soft">${kindName(state, visit.kind)} ${time(visit.visited_at)}</span>
    <span class="chips">${visit.findings ? chip(t("发现 %(n)s 个问题", { n: visit.findings }), { tone: "wait", name: "alert-circle" }) : chip(t("未发现问题"), { tone: "good", name: "check" })}${visit.order ? chip(paperName(state, visit.order)) : nothing}${visit.recheck ? chip(t("复查"), { name: "eye-check" }) : nothing}${visit.here ? chip(t("本机"), { name: "device-mobile" }) : nothing}</span></span>`;
  return html`<section><h2>${t("检查走访")} <span class="num">${round.visits.length}</span></h2><ul class="rows">${round.visits.map((visit) => (visit.here
    ? html`<li><a class="row" href="#/ledger/${visit.record}">${line(visit)}${icon("chevron-right")}</a></li>`
    : html`<li class="row">${line(visit)}</li>`))}</ul></section>`;
}

function people(state, app) {
  const { round, words, forms: { member } } = state;
  return squadPart(app, member, { room: "round", ref: nameOf(round), squad: round.squad, code: round.code, words, open: round.state === "open", here: round.checked_in || round.leads, about: about(round) });
}

function view(state, app) {
  const { round } = state;
  if (!round) return html`${begunPart(state.begun)}${empty(t("没有这次夜查，或您不在其中。"), "moon")}${link(t("夜查"), "#/rounds", { name: "moon" })}`;
  const going = round.state === "open" || round.state === "ended";
  return html`<p class="chips">${stateChip(round.state)} <span class="soft num">${round.number ?? t("待编号")}</span> <span class="soft">${moment(round.started_at ?? round.planned_for)}</span></p>
    ${round.unheard ? notice("info", t("已签到"), t("主题和计划在联网后显示；现在就可以登记检查走访。")) : nothing}
    ${round.state === "planned" && round.may.start ? button(t("开始这次夜查"), () => start(round, app), { kind: "primary", name: "player-play" }) : nothing}
    ${going ? html`${allowed(round)}${link(t("登记检查走访"), `#/rounds/${nameOf(round)}/visit`, { kind: "primary", name: "building-store" })}
      ${link(t("上报问题"), "#/report", { name: "camera-plus" })}` : nothing}
    ${begunPart(state.begun)}${plan(round)}${going ? grids(state, app) : nothing}${visits(state)}${people(state, app)}
    ${round.state === "open" && round.checked_in ? inFront(app, nameOf(round)) : nothing}
    ${round.leads && (round.may.end || round.may.cancel) && (round.state === "open" || round.state === "planned") ? html`<div class="buttons">${round.state === "open" ? button(t("结束夜查"), () => over(state, app, "end"), { name: "player-stop" }) : nothing}${round.may.cancel ? button(t("取消夜查"), () => over(state, app, "cancel"), { kind: "quiet", name: "ban" }) : nothing}</div>` : nothing}`;
}

export default { title: (state) => (state?.round ? title(state.round) : t("夜查")), load, view, leave: (state) => state.stop?.(), live: true, ticks: true, busy: (state) => Object.values(state.forms ?? {}).some((form) => form.begun) };
