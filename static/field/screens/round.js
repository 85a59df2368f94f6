// One round: what kind of visit the law allows now, the plan, grids seen, visits, people, the end.

import { html, nothing } from "../lib/html.js";
import { nameOf, nights, roundOf } from "../lib/nights.js";
import { button, check, chip, empty, field, icon, link, notice, select, sheet, time } from "../lib/ui.js";
import { lasted } from "../lib/when.js";
import { t } from "../lib/words.js";
import { code as drawCode } from "../photo/code.js";
import { stateChip } from "./rounds.js";

async function load({ id, again }, app) {
  const found = await nights(app.store);
  const agencies = (await app.store.pack("outings"))?.data?.agencies ?? [];
  const round = roundOf(found, id);
  if (round) await app.track?.seen("round", nameOf(round), round.state === "open" && round.checked_in);
  return { round, found, agencies, member: again?.member ?? { name: "", agency: agencies[0]?.value ?? "", certificate_no: "" }, seen: again?.seen ?? [] };
}

const title = (round) => round.theme || t("夜查");

function send(app, round, type, body, words) {
  return app.capture({ type, body: { ...body, round: nameOf(round) }, about: { title: words, subject: title(round) } });
}

async function start(round, app) {
  await app.capture({ type: "round", body: { action: "start", number: round.number }, about: { title: t("开始夜查"), subject: title(round) } });
  app.toast(t("夜查已开始。"));
}

async function over(round, app, action) {
  const ends = action === "end";
  const words = ends ? t("结束夜查") : t("取消夜查");
  const typed = { reason: "" };
  const sure = await sheet(words, (close) => html`
    <p>${ends ? t("结束后还可补登一天内的检查走访；没有发现问题也是结果。") : t("取消的夜查不计入次数。")}</p>
    ${field("reason", ends ? t("小结") : t("原因"), "", (value) => { typed.reason = value; }, { rows: 3, maxlength: 500, required: !ends })}
    ${button(words, () => close(true), { kind: "primary", name: ends ? "player-stop" : "ban" })}`);
  if (!sure || (!ends && !typed.reason.trim())) return;
  await send(app, round, "round", { action, ...(typed.reason.trim() ? { reason: typed.reason.trim() } : {}) }, words);
  app.toast(ends ? t("夜查已结束。") : t("夜查已取消。"));
}

async function addMember(state, app) {
  const { member, round } = state;
  if (!member.name.trim()) return app.toast(t("请填写姓名"), { tone: "wait" });
  const body = { name: member.name.trim(), agency: member.agency };
  if (member.certificate_no.trim()) body.certificate_no = member.certificate_no.trim();
  await send(app, round, "check_in", body, t("签到"));
  Object.assign(member, { name: "", certificate_no: "" });
  return app.toast(t("已签到。"));
}

async function gridsSeen(state, app) {
  if (!state.seen.length) return;
  await send(app, state.round, "round", { action: "grid_checked", grids: state.seen }, t("查过网格"));
  state.seen = [];
  app.toast(t("已登记查过的网格。"));
}

export const allowed = (round) => (round.fault === null && round.inspection
  ? notice("good", t("行政检查"), t("已批准，两名以上持证执法人员在场。请出示执法证件。"))
  : notice("wait", t("巡查、走访"), round.fault ?? t("现场自行开始的夜查只能巡查、走访；发现问题出具隐患提示单。")));

function plan(round) {
  if (!round.plan.length) return nothing;
  const visited = new Set(round.visits.map((visit) => visit.premises));
  return html`<section><h2>${t("计划检查对象")}</h2><ul class="rows">${round.plan.map((one) => html`<li><a class="row" href="#/rounds/${nameOf(round)}/visit?premises=${one.id}"><span class="row-icon">${icon("building-store")}</span><span class="row-body"><strong>${one.name}</strong><span class="soft">${one.address}</span>${visited.has(one.id) ? html`<span>${chip(t("已查"), { tone: "good", name: "circle-check" })}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`)}</ul></section>`;
}

function grids(state, app) {
  const { round, seen } = state;
  const offered = round.grids.length ? round.grids.filter((grid) => !grid.checked_at) : app.me.grids ?? [];
  const toggle = (grid) => (on) => { state.seen = on ? [...seen, grid.code] : seen.filter((one) => one !== grid.code); app.redraw(); };
  return html`<details class="card"><summary>${t("查过网格，未发现问题也要登记")}</summary>
    ${round.grids.filter((grid) => grid.checked_at).map((grid) => html`<p>${grid.name} ${chip(t("已查"), { tone: "good", name: "circle-check" })}</p>`)}
    ${offered.map((grid) => check(`grid-${grid.code}`, grid.name, seen.includes(grid.code), toggle(grid)))}
    ${offered.length ? button(t("登记"), () => gridsSeen(state, app), { name: "check", disabled: !seen.length }) : nothing}</details>`;
}

const KINDS = (state, value) => state.found.visit_kinds.find((one) => one.value === value)?.name ?? value;

function visits(state) {
  const { round } = state;
  if (!round.visits.length) return nothing;
  return html`<section><h2>${t("检查走访")} <span class="num">${round.visits.length}</span></h2><ul class="rows">${round.visits.map((visit) => html`<li class="row"><span class="row-icon">${icon("clipboard-check")}</span><span class="row-body"><strong>${visit.name}</strong><span class="soft">${KINDS(state, visit.kind)} ${time(visit.visited_at)}</span><span>${visit.findings ? chip(t("发现 %(n)s 个问题", { n: visit.findings }), { tone: "wait", name: "alert-circle" }) : chip(t("未发现问题"), { tone: "good", name: "check" })}${visit.here ? chip(t("本机"), { name: "device-mobile" }) : nothing}</span></span></li>`)}</ul></section>`;
}

function people(state, app) {
  const { round, agencies, member } = state;
  const agency = (value) => agencies.find((one) => one.value === value)?.name ?? value;
  const text = round.join || (round.code ? `${location.origin}/field#/join/round/${nameOf(round)}/${round.code}` : "");
  return html`<section class="card"><h2>${t("人员")}</h2>
    <ul>${round.squad.map((one) => html`<li>${agency(one.agency)} ${one.name} ${one.leads ? chip(t("负责人"), { name: "star" }) : nothing}${one.certified ? chip(t("持证"), { tone: "good", name: "certificate" }) : nothing}${one.checked_in_at ? nothing : chip(t("未签到"), { tone: "wait", name: "user-x" })}${one.checked_out_at ? chip(t("已离开"), { name: "logout" }) : nothing}</li>`)}</ul>
    ${round.leads && round.state === "open" && text ? html`<details><summary class="button plain">${icon("qrcode")}<span>${t("签到码")}</span></summary>${drawCode(text, { label: t("签到码") })}<p class="soft">${t("请同组人员用本应用扫码签到；没有网络也可以。")}</p></details>` : nothing}
    ${round.state === "open" && !round.checked_in ? button(t("我已到岗"), () => send(app, round, "check_in", {}, t("签到")).then(() => app.toast(t("已签到。"))), { kind: "primary", name: "user-check" }) : nothing}
    ${round.state === "open" ? html`<details><summary class="button plain">${icon("user-plus")}<span>${t("其他单位人员签到")}</span></summary>
      ${field("name", t("姓名"), member.name, (value) => { member.name = value; }, { required: true, maxlength: 80 })}
      ${select("agency", t("部门"), agencies.map((one) => [one.value, one.name]), member.agency, (value) => { member.agency = value; })}
      ${field("certificate_no", t("执法证号"), member.certificate_no, (value) => { member.certificate_no = value; }, { maxlength: 60, hint: t("没有执法证的不填") })}
      ${button(t("签到"), () => addMember(state, app), { name: "user-check" })}</details>
      ${round.checked_in && !round.leads ? button(t("我先离开"), () => send(app, round, "check_in", { out: true }, t("离开")).then(() => app.toast(t("已登记离开。"))), { kind: "quiet", name: "logout" }) : nothing}` : nothing}</section>`;
}

function view(state, app) {
  const { round } = state;
  if (!round) return empty(t("没有这次夜查，或您不在其中。"), "moon");
  const going = round.state === "open" || round.state === "ended";
  return html`<p>${stateChip(round.state)} <span class="soft num">${round.number ?? t("待编号")}</span> ${time(round.started_at ?? round.planned_for)}</p>
    ${round.state === "open" && round.checked_in ? html`<p class="soft">${t("前台记录时长 %(time)s（只供本人查看，不作考核）", { time: lasted(app.track?.inFront(nameOf(round)) ?? 0) })}</p>` : nothing}
    ${round.state === "planned" && round.may.start ? button(t("开始这次夜查"), () => start(round, app), { kind: "primary", name: "player-play" }) : nothing}
    ${going ? html`${allowed(round)}${link(t("检查走访一家"), `#/rounds/${nameOf(round)}/visit`, { kind: "primary", name: "building-store" })}
      ${link(t("上报问题"), "#/report", { name: "camera-plus" })}` : nothing}
    ${plan(round)}${going ? grids(state, app) : nothing}${visits(state)}${people(state, app)}
    ${round.state === "open" && round.leads ? html`<div class="buttons">${button(t("结束夜查"), () => over(round, app, "end"), { name: "player-stop" })}${button(t("取消夜查"), () => over(round, app, "cancel"), { kind: "quiet", name: "ban" })}</div>` : nothing}`;
}

export default { title: (state) => (state?.round ? title(state.round) : t("夜查")), load, view, live: true, ticks: true };
