// One outing: the board of counts, what was taken or handed over, who is there, its end with the summary.

import { callsPart } from "../lib/calls_part.js";
import { html, nothing } from "../lib/html.js";
import { button, check, chip, confirm, empty, field, icon, link, moment, notice } from "../lib/ui.js";
import { aside, joined, t } from "../lib/words.js";
import { keepFresh, lookAgain } from "../joint/fresh.js";
import { agencyName, findOuting, incidentName, named, readOutings, reference, when } from "../joint/outings.js";
import { INCIDENT_ICONS, inFront, onTheWay, stateChip, troublesPart, unnamed } from "../joint/parts.js";
import { begunPart } from "../joint/begun.js";
import { begunForms } from "../joint/form.js";
import { SmallForm } from "../joint/small.js";
import { memberForm, squadPart } from "../joint/squad.js";
import { board, manyForm } from "../joint/tally.js";

async function load({ id, again }, app) {
  const { words, list } = await readOutings(app);
  const outing = findOuting(list, id);
  const begun = (await begunForms(app.store, "incident", "handover")).filter(({ content }) => content.outing.id === id || (outing && named(outing, content.outing.id)));
  const kept = again?.forms ?? (outing && (await forms(app, words, [outing.record, outing.number])));
  lookAgain(app, ["outings"]);
  if (outing) await app.track?.seen("outing", reference(outing), outing.state === "open" && outing.checked_in);
  return Object.assign(again ?? { stop: keepFresh(app, ["outings"]) }, { id, words, outing, begun, forms: kept, phones: (await app.store.pack("phones"))?.data });
}

const forms = async (app, words, names) => ({
  member: await memberForm(app, names),
  many: await manyForm(app, words, names),
  end: await SmallForm.open(app, "end", { summary: "", sure: false }, names),
  cancel: await SmallForm.open(app, "cancel", { reason: "" }, names),
});

const about = (outing) => ({ note: outing.campaign?.name ?? "", subject: outing.id });

async function begin(state, app) {
  const { outing } = state;
  await app.capture({ type: "outing", body: { action: "start", number: outing.number }, about: { title: t("开始行动"), ...about(outing) } });
  app.toast(t("行动已开始。"));
}

function head(state, app) {
  const { outing } = state;
  const below = state.words.tallies.filter((measure) => outing.team[measure.value] < 0).map((measure) => measure.name);
  return html`<section class="outing-head">${stateChip(outing.state)}${outing.number ? html`<span class="soft num">${outing.number}</span>` : nothing}${when(outing) ? moment(when(outing)) : nothing}${outing.grid ? html`<span class="soft">${outing.grid.path}</span>` : nothing}</section>
    ${outing.known ? nothing : notice("info", unnamed(), t("签到和计数都已保存；负责人手机联网后自动合并，不会重复。"))}
    ${troublesPart(outing)}
    ${below.length ? notice("wait", t("撤回的比记录的多，请核对：%(what)s", { what: joined(below) })) : nothing}
    ${outing.may.start ? button(t("开始这次行动"), () => begin(state, app), { kind: "primary", name: "player-play" }) : nothing}`;
}

function waysOn(outing) {
  const here = `#/outings/${encodeURIComponent(outing.id)}`;
  const campaign = outing.campaign ? `?campaign=${encodeURIComponent(outing.campaign.code)}` : "";
  return html`<nav class="tiles ways" aria-label=${t("记录")}>
    <a class="tile" href=${`#/report${campaign}`}>${icon("camera-plus")}<span>${t("上报")}</span></a>
    <a class="tile" href=${`${here}/incident`}>${icon("lock")}<span>${t("扣押、保存、移送")}</span></a>
    <a class="tile" href=${`${here}/handover`}>${icon("arrows-exchange")}<span>${t("现场移交")}</span></a>
  </nav>`;
}

function incident(one, words) {
  const title = incidentName(words, one.kind);
  const foot = one.own ? onTheWay(one.own) : one.decision_no || !["seized", "impounded"].includes(one.kind) ? nothing : chip(t("缺决定书文号"), { tone: "wait", name: "alert-triangle" });
  return html`<li class="member"><span class="member-icon">${icon(INCIDENT_ICONS[one.kind] ?? "note")}</span><span class="member-body"><strong>${title}</strong><span class="soft">${agencyName(words, one.agency)} ${one.items ?? ""}</span></span><span class="member-marks">${moment(one.happened_at)}${foot}</span></li>`;
}

function handover({ from_agency: from, to_agency: to, what, receiver, at, own }, words) {
  return html`<li class="member"><span class="member-icon">${icon("arrows-exchange")}</span><span class="member-body"><strong>${agencyName(words, from)} → ${agencyName(words, to)}</strong><span class="soft">${what}${aside(receiver)}</span></span><span class="member-marks">${moment(at)}${own ? onTheWay(own) : nothing}</span></li>`;
}

function recorded(state) {
  const { outing, words } = state;
  if (!outing.incidents.length && !outing.handovers.length) return nothing;
  return html`<section class="card" aria-labelledby="recorded-title"><h2 id="recorded-title">${t("已登记")}</h2>
    <ul class="members">${outing.incidents.map((one) => incident(one, words))}${outing.handovers.map((one) => handover(one, words))}</ul></section>`;
}

async function end(state, app) {
  const { outing, forms: { end: form } } = state;
  const { summary: said, sure } = form.content;
  if (!form.sound({ ...(said.trim() ? {} : { summary: t("请写小结") }), ...(sure ? {} : { sure: t("请先核对上面的数字") }) })) return undefined;
  await form.settled();
  await app.capture({ id: form.id, type: "outing", body: { action: "end", outing: reference(outing), summary: said.trim() }, about: { title: t("结束行动"), ...about(outing) }, draft: form.name });
  await form.empty();
  app.toast(t("行动已结束。"));
  return scrollTo(0, 0);
}

async function cancel(state, app) {
  const { outing, forms: { cancel: form } } = state;
  const reason = form.content.reason.trim();
  if (!form.sound(reason ? {} : { reason: t("请写明理由") })) return undefined;
  if (!(await confirm(t("取消行动？"), t("取消后不能再记录。已有记录的行动请结束，不要取消。"), t("取消行动")))) return undefined;
  await form.settled();
  await app.capture({ id: form.id, type: "outing", body: { action: "cancel", outing: reference(outing), reason }, about: { title: t("取消行动"), ...about(outing) }, draft: form.name });
  await form.empty();
  app.toast(t("行动已取消。"));
  return app.go("#/outings");
}

// What the leaders confirm: the figures as they stand here, and what of this phone is still on its way.
function summary(state, app) {
  const { outing, words, forms: { end: form } } = state;
  if (!outing.may.end) return nothing;
  const waiting = outing.records.filter((record) => ["queued", "sent"].includes(record.state)).length;
  return html`<section class="card" aria-labelledby="end-title"><h2 id="end-title">${t("结束行动")}</h2>
    <dl class="facts">${words.tallies.map((measure) => html`<dt>${measure.name}</dt><dd class="num">${outing.team[measure.value]} ${measure.classifier}</dd>`)}
      <dt>${t("扣押、保存、移送")}</dt><dd class="num">${t("%(n)s 件", { n: outing.incidents.length })}</dd>
      <dt>${t("到场")}</dt><dd class="num">${t("%(n)s 人", { n: outing.squad.filter((one) => one.checked_in_at).length })}</dd></dl>
    ${waiting ? notice("info", t("本机还有 %(n)s 条记录没有送达", { n: waiting }), t("结束后仍会自动发送并计入；其他手机上的记录也一样。")) : nothing}
    ${field("summary", t("小结"), form.content.summary, form.typed("summary"), { required: true, rows: 3, maxlength: 2000, errors: form.errors })}
    ${check("sure", t("以上数字已与各单位负责人核对"), form.content.sure, form.typed("sure"), { errors: form.errors })}
    ${button(t("确认并结束"), () => end(state, app), { kind: "primary", name: "check" })}</section>`;
}

function callOff(state, app) {
  const { outing, forms: { cancel: form } } = state;
  if (!outing.may.cancel) return nothing;
  return html`<details class="card" ?open=${form.shown}><summary>${t("取消行动")}</summary><div class="fold-body">
    ${field("reason", t("理由"), form.content.reason, form.typed("reason"), { required: true, maxlength: 500, errors: form.errors })}
    ${button(t("取消行动"), () => cancel(state, app), { kind: "danger", name: "circle-x" })}</div></details>`;
}

function view(state, app) {
  const { outing, words, begun, forms: { member, many } = {} } = state;
  if (!outing) return html`${begunPart(begun)}${empty(t("本机没有这次行动。请扫负责人的二维码签到。"), "users-group")}${link(t("联合执法"), "#/outings", { name: "users-group" })}`;
  const open = outing.state === "open";
  const given = { room: "outing", ref: reference(outing), squad: outing.squad, code: outing.code, words, open, here: outing.checked_in || outing.leads, about: about(outing) };
  const counts = open || outing.state === "ended";
  return html`${head(state, app)}
    ${counts ? html`${board(app, outing, words, many)}${waysOn(outing)}` : nothing}
    ${begunPart(begun)}${recorded(state)}${squadPart(app, member, given)}${open ? callsPart(state.phones) : nothing}${open && outing.checked_in ? inFront(app, reference(outing)) : nothing}${summary(state, app)}${callOff(state, app)}`;
}

export default {
  title: (state) => state?.outing?.campaign?.name ?? t("联合执法"),
  load,
  view,
  leave: (state) => state.stop?.(),
  live: true,
  ticks: true,
  busy: (state) => Object.values(state.forms ?? {}).some((form) => form.begun),
};
