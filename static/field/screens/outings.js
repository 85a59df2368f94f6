// 联合执法: what is going on and planned, join by the leader's code, begin one of a campaign; all of it without a network.

import { code, uuid } from "../lib/ids.js";
import { html, nothing } from "../lib/html.js";
import { button, check, empty, icon, notice, row, select, time } from "../lib/ui.js";
import { joined, labelled, t } from "../lib/words.js";
import { lookOrWait } from "../joint/fresh.js";
import { agencyName, isOfToday, readOutings, when } from "../joint/outings.js";
import { stateChip } from "../joint/parts.js";
import { begunPart } from "../joint/begun.js";
import { begunForms } from "../joint/form.js";
import { SmallForm } from "../joint/small.js";
import { scanToJoin } from "../joint/squad.js";

const BLANK = { campaign: "", agencies: null, grid: "" };

async function load({ again, query }, app) {
  const { words, list, at } = await readOutings(app);
  const grids = (await app.store.pack("grids"))?.data?.grids?.filter((grid) => grid.mine) ?? [];
  await lookOrWait(app, "outings", at);
  const form = again?.form ?? (await SmallForm.open(app, "begin outing", BLANK, [], () => ({ id: uuid(), code: code() })));
  if (!again && query.campaign) form.draft.content.campaign = query.campaign;
  return { words, at, list, grids, form, begun: await begunForms(app.store, "incident", "handover") };
}

const lines = (outing) => [
  html`<span class="num">${outing.number ?? t("编号待系统给出")}</span>`,
  outing.grid?.path,
];

async function begin(app, outing) {
  await app.capture({ type: "outing", body: { action: "start", number: outing.number }, about: { title: t("开始行动"), note: outing.campaign?.name, subject: outing.id } });
  app.toast(t("行动已开始。"));
  app.go(`#/outings/${encodeURIComponent(outing.id)}`);
}

function item(app, outing) {
  const title = outing.campaign?.name ?? t("由负责人手机同步后显示名称");
  const end = html`<span class="outing-head">${stateChip(outing.state)}${when(outing) ? html`<span class="soft">${time(when(outing))}</span>` : nothing}</span>`;
  return html`${row(`#/outings/${encodeURIComponent(outing.id)}`, { name: "users-group", title, lines: lines(outing), end })}
    ${outing.may.start ? html`<li>${button(t("开始这次行动"), () => begin(app, outing), { name: "player-play", kind: "plain wide" })}</li>` : nothing}`;
}

// Makes the record with the code by which others join: drawn at once, whether the server has heard of it or not.
async function start(state, app) {
  const { form, words } = state;
  const { content } = form;
  const campaign = words.campaigns.find((one) => one.code === content.campaign);
  if (!form.sound(campaign ? {} : { campaign: t("请选择专项整治") })) return undefined;
  await form.settled();
  const agencies = content.agencies ?? campaign.agencies;
  const said = { action: "start", campaign: campaign.code };
  if (agencies.length) said.agencies = agencies;
  if (content.grid) said.grid = content.grid;
  const called = (id, joined) => ({ id, type: "outing", body: { ...said, code: joined }, about: { title: t("开始行动"), note: campaign.name, subject: id }, draft: form.name });
  const record = await app.capture({ ...called(form.id, content.code), another: (id) => called(id, code()) });
  await form.empty();
  app.toast(t("行动已开始。"));
  return app.go(`#/outings/${record.id}`);
}

function startPart(state, app) {
  const { form, words, grids } = state;
  if (!words.campaigns.length) return html`<section class="card"><h2>${t("开始行动")}</h2>${empty(state.at ? t("现在没有专项整治。") : t("还没有下载专项整治，请联网打开一次。"), "inbox")}</section>`;
  const { content } = form;
  const change = (changes) => form.set(changes);
  const campaign = words.campaigns.find((one) => one.code === content.campaign);
  const chosen = new Set(content.agencies ?? campaign?.agencies ?? []);
  const toggle = (value, on) => change({ agencies: words.agencies.map((one) => one.value).filter((one) => (one === value ? on : chosen.has(one))) });
  return html`<section class="card" aria-labelledby="start-title"><h2 id="start-title">${t("开始行动")}</h2>
    ${select("campaign", t("专项整治"), [["", t("请选择")], ...words.campaigns.map((one) => [one.code, one.name])], content.campaign, (value) => change({ campaign: value, agencies: null }), { errors: form.errors })}
    ${campaign ? html`${campaign.aim ? html`<p class="soft">${campaign.aim}</p>` : nothing}
      <details class="fold"><summary>${icon("users")}<span>${labelled(t("参加单位"), joined([...chosen].map((one) => agencyName(words, one))) || t("未选"))}</span></summary>
        <fieldset class="fold-body"><legend class="unseen">${t("参加单位")}</legend>${words.agencies.map((one) => check(`agency-${one.value}`, one.name, chosen.has(one.value), (on) => toggle(one.value, on)))}</fieldset></details>
      ${grids.length > 1 ? select("grid", t("网格"), [["", campaign.grid ? campaign.grid.path : t("整个范围")], ...grids.map((grid) => [grid.code, grid.path])], content.grid, form.typed("grid")) : nothing}` : nothing}
    ${button(t("开始"), () => start(state, app), { kind: "primary", name: "player-play" })}</section>`;
}

function view(state, app) {
  const shown = state.list.filter(isOfToday);
  return html`${begunPart(state.begun)}${shown.length ? html`<section aria-labelledby="mine-title" class="block"><h2 id="mine-title">${t("我的行动")}</h2><ul class="rows">${shown.map((outing) => item(app, outing))}</ul></section>` : nothing}
    <section class="card" aria-labelledby="join-title"><h2 id="join-title">${t("加入行动")}</h2>
      <p class="soft">${t("扫负责人手机上的二维码签到；没有手机的人员，由负责人按姓名和执法证号登记。")}</p>
      ${button(t("扫码签到"), () => scanToJoin(app), { kind: shown.length ? "plain" : "primary", name: "scan" })}</section>
    ${startPart(state, app)}
    ${state.at ? nothing : notice("info", t("行动列表还没有下载"), t("没有网络也可以扫码签到；联网后自动补齐。"))}`;
}

export default { title: () => t("联合执法"), load, view, live: true, busy: (state) => state.form?.begun };
