// One round: what kind of visit the law allows now, the plan, grids seen, visits, people, the end.

import { html, nothing } from "../lib/html.js";
import { code as newCode } from "../lib/ids.js";
import { certifiedHere, inspects, nameOf, nights, roundOf } from "../lib/nights.js";
import { button, check, chip, empty, field, icon, link, notice, select, sheet, time } from "../lib/ui.js";
import { lasted } from "../lib/when.js";
import { t } from "../lib/words.js";
import { code as drawCode } from "../photo/code.js";
import { stateChip } from "./rounds.js";

async function load({ id, again }, app) {
  const found = await nights(app);
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
  await app.capture({ type: "round", body: { action: "start", number: round.number, ...(round.code ? {} : { code: newCode() }) }, about: { title: t("开始夜查"), subject: title(round) } });
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
function unseen(round, app) {
  const open = round.grids.filter((grid) => !grid.checked_at);
  const done = new Set(round.grids.map((grid) => grid.code));
  return open.length ? open : (app.me.grids ?? []).filter((grid) => !done.has(grid.code));
}

function grids(state, app) {
  const { round, seen } = state;
  const done = round.grids.filter((grid) => grid.checked_at);
  const offered = unseen(round, app);
  const toggle = (grid) => (on) => { state.seen = on ? [...seen, grid.code] : seen.filter((one) => one !== grid.code); app.redraw(); };
  const name = ({ code: wanted, name: said }) => said ?? app.me.grids?.find((one) => one.code === wanted)?.name ?? wanted;
  return html`<details class="card"><summary>${t("查过的网格")} <span class="num">${done.length}</span></summary>
    <p class="soft">${t("查过网格，未发现问题也要登记")}</p>
    ${done.length ? html`<p class="chips">${done.map((grid) => chip(name(grid), { tone: "good", name: "circle-check" }))}</p>` : nothing}
    ${offered.map((grid) => check(`grid-${grid.code}`, name(grid), seen.includes(grid.code), toggle(grid)))}
    ${offered.length ? button(t("登记"), () => gridsSeen(state, app), { name: "check", disabled: !seen.length }) : nothing}</details>`;
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

function member(state, one) {
  const agency = state.agencies.find(({ value }) => value === one.agency)?.name ?? one.agency ?? "";
  return html`<li><strong>${one.name}</strong> <span class="soft">${agency}</span>
    <span class="chips">${one.leads ? chip(t("负责人"), { name: "star" }) : nothing}${one.certified ? chip(t("持证"), { tone: "good", name: "certificate" }) : nothing}${one.checked_in_at ? nothing : chip(t("未签到"), { tone: "wait", name: "user-x" })}${one.checked_out_at ? chip(t("已离开"), { name: "logout" }) : nothing}</span></li>`;
}

function people(state, app) {
  const { round, agencies, member: typed } = state;
  const text = round.join || (round.code ? `${location.origin}/field#/join/round/${nameOf(round)}/${round.code}` : "");
  const out = round.squad.some((one) => one.me && one.checked_out_at);
  return html`<section class="card"><h2>${t("人员")} <span class="num">${round.squad.length}</span></h2>
    <ul class="list">${round.squad.map((one) => member(state, one))}</ul>
    ${round.leads && round.state === "open" && text ? html`<details><summary class="button plain">${icon("qrcode")}<span>${t("签到码")}</span></summary>${drawCode(text, { label: t("签到码") })}<p class="soft">${t("请同组人员用本应用扫码签到；没有网络也可以。")}</p></details>` : nothing}
    ${round.state === "open" && !round.checked_in && !out ? button(t("我已到岗"), () => send(app, round, "check_in", {}, t("签到")).then(() => app.toast(t("已签到。"))), { kind: "primary", name: "user-check" }) : nothing}
    ${round.state === "open" ? html`<details><summary class="button plain">${icon("user-plus")}<span>${t("其他单位人员签到")}</span></summary>
      ${field("name", t("姓名"), typed.name, (value) => { typed.name = value; }, { required: true, maxlength: 80 })}
      ${select("agency", t("部门"), agencies.map((one) => [one.value, one.name]), typed.agency, (value) => { typed.agency = value; })}
      ${field("certificate_no", t("执法证号"), typed.certificate_no, (value) => { typed.certificate_no = value; }, { maxlength: 60, hint: t("没有执法证的不填") })}
      ${button(t("签到"), () => addMember(state, app), { name: "user-check" })}</details>
      ${round.checked_in && !round.leads ? button(t("我先离开"), () => send(app, round, "check_in", { out: true }, t("离开")).then(() => app.toast(t("已登记离开。"))), { kind: "quiet", name: "logout" }) : nothing}` : nothing}</section>`;
}

function view(state, app) {
  const { round } = state;
  if (!round) return html`${empty(t("没有这次夜查，或您不在其中。"), "moon")}${link(t("夜查"), "#/rounds", { name: "moon" })}`;
  const going = round.state === "open" || round.state === "ended";
  return html`<p class="chips">${stateChip(round.state)} <span class="soft num">${round.number ?? t("待编号")}</span> <span class="soft">${time(round.started_at ?? round.planned_for)}</span></p>
    ${round.unheard ? notice("info", t("已签到"), t("主题和计划在联网后显示；现在就可以登记检查走访。")) : nothing}
    ${round.state === "planned" && round.may.start ? button(t("开始这次夜查"), () => start(round, app), { kind: "primary", name: "player-play" }) : nothing}
    ${going ? html`${allowed(round)}${link(t("检查走访一家"), `#/rounds/${nameOf(round)}/visit`, { kind: "primary", name: "building-store" })}
      ${link(t("上报问题"), "#/report", { name: "camera-plus" })}` : nothing}
    ${plan(round)}${going ? grids(state, app) : nothing}${visits(state)}${people(state, app)}
    ${round.state === "open" && round.checked_in ? html`<p class="soft">${t("前台记录时长 %(time)s（只供本人查看，不作考核）", { time: lasted(app.track?.inFront(nameOf(round)) ?? 0) })}</p>` : nothing}
    ${round.leads && (round.may.end || round.may.cancel) && (round.state === "open" || round.state === "planned") ? html`<div class="buttons">${round.state === "open" ? button(t("结束夜查"), () => over(round, app, "end"), { name: "player-stop" }) : nothing}${round.may.cancel ? button(t("取消夜查"), () => over(round, app, "cancel"), { kind: "quiet", name: "ban" }) : nothing}</div>` : nothing}`;
}

export default { title: (state) => (state?.round ? title(state.round) : t("夜查")), load, view, live: true, ticks: true };
