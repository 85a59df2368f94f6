// The board of counts: one touch is one record with +1. What is taken back is another addition, never a deletion.

import { html, nothing } from "../lib/html.js";
import { stands } from "../lib/records.js";
import { button, field, icon, moment, segments } from "../lib/ui.js";
import { aside, t } from "../lib/words.js";
import { reference } from "./outings.js";
import { SmallForm } from "./small.js";

// A wet finger touches twice; two bicycles are not counted faster than this.
const WET_MS = 400;
const UNDO_SECONDS = 5;
const SAID_SECONDS = 3;
const MOST = 100_000;
const LAST = 5;
const touched = new Map();

const signed = (amount) => (amount > 0 ? `+${amount}` : `−${-amount}`);

// The name of the record that takes another back: always the same one, so that it is taken back once.
const undoing = (id) => `${id.slice(0, -1)}${(parseInt(id.at(-1), 16) ^ 8).toString(16)}`;

// The form for several at once.
export const manyForm = (app, words, names) => SmallForm.open(app, "many", { "many-kind": words.tallies[0]?.value, "many-amount": "" }, names);

async function add(app, outing, measure, amount, more = {}) {
  const title = `${measure.name} ${signed(amount)} ${measure.classifier}`;
  const about = { title, note: outing.campaign?.name ?? "", subject: outing.id };
  return app.capture({ type: "tally", body: { outing: reference(outing), kind: measure.value, amount }, about, ...more });
}

// One more, at most once within the time of a wet double touch; the record, where it counted.
export async function touch(app, outing, measure, amount = 1, more = {}) {
  const at = performance.now();
  if (at - (touched.get(measure.value) ?? -Infinity) < WET_MS) return undefined;
  touched.set(measure.value, at);
  navigator.vibrate?.(40);
  const record = await add(app, outing, measure, amount, more);
  say(app, outing, UNDO_SECONDS, `${measure.name} ${signed(amount)}`, () => takeBack(app, outing, measure, record));
  return record;
}

async function takeBack(app, outing, measure, record) {
  await add(app, outing, measure, -record.body.amount, { id: undoing(record.id) });
  navigator.vibrate?.([30, 60, 30]);
  say(app, outing, SAID_SECONDS, t("已撤销：%(what)s", { what: `${measure.name} ${signed(record.body.amount)}` }));
}

// Said on the board itself for some seconds: over it, it would lie upon what is touched next.
let said = null;
function say(app, { id }, seconds, words, undo) {
  clearTimeout(said?.timer);
  said = { id, words, undo, timer: setTimeout(() => { said = null; app.redraw(); }, seconds * 1000) };
  app.redraw();
}

const lastSaid = ({ id }) => (said?.id === id ? html`<span class="num">${said.words}</span>${said.undo ? button(t("撤销"), said.undo, { name: "arrow-back-up" }) : nothing}` : nothing);

// What the person has been told already is no fault of the page.
const untold = (fault) => { if (!fault?.told) throw fault; };

const tile = (app, outing, measure) => html`<button type="button" class="tally" ?disabled=${!outing.may.count} @click=${() => touch(app, outing, measure).catch(untold)}>
  <span class="tally-name">${measure.name}</span>
  <span class="tally-sum"><span><span class="unseen">${t("全队")} </span><strong class="num">${outing.team[measure.value]}</strong> ${measure.classifier}</span><span class="num">${t("本机 %(n)s", { n: outing.own[measure.value] })}</span></span>
  <span class="tally-plus">${icon("plus")}1</span>
</button>`;

export function board(app, outing, words, form) {
  return html`<section class="card" aria-labelledby="tally-title"><header class="tally-head"><h2 id="tally-title">${t("计数")}</h2><div role="status">${lastSaid(outing)}</div></header>
    <div class="tallies">${words.tallies.map((measure) => tile(app, outing, measure))}</div>
    <p class="hint">${t("大数字为全队：系统已收到的，加上本机还没有计入的；其他手机没有送达的不在内。")}</p>
    ${outing.may.count ? many(app, outing, words, form) : nothing}${lately(app, outing, words)}
  </section>`;
}

// Several at once.
function many(app, outing, words, form) {
  const { "many-kind": kind = words.tallies[0]?.value, "many-amount": typed } = form.content;
  const send = async () => {
    const amount = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
    if (!form.sound(amount < 1 || amount > MOST ? { "many-amount": t("请填写 1 到 %(most)s 的整数", { most: MOST }) } : {})) return;
    await form.settled();
    const counted = await touch(app, outing, words.tallies.find((one) => one.value === kind), amount, { id: form.id, draft: form.name });
    if (counted) await form.empty({ "many-kind": kind });
  };
  return html`<details class="fold" ?open=${form.shown}><summary>${icon("plus")}<span>${t("一次记多个")}</span></summary><div class="fold-body">
    ${segments("many-kind", t("计数"), words.tallies.map((one) => [one.value, `${one.name}${aside(one.classifier)}`]), kind, form.typed("many-kind"))}
    ${field("many-amount", t("数量"), typed, form.typed("many-amount"), { inputmode: "numeric", required: true, maxlength: 6, errors: form.errors })}
    ${button(t("记录"), send, { name: "plus" })}</div></details>`;
}

function lately(app, outing, words) {
  const mine = outing.records.filter((record) => record.type === "tally" && stands(record));
  if (!mine.length) return nothing;
  const names = new Set(mine.map((record) => record.id));
  return html`<details class="fold"><summary>${icon("history")}<span>${t("我最近记的")}</span></summary><ul class="fold-body plain-list">${mine.slice(-LAST).reverse().map((record) => {
    const measure = words.tallies.find((one) => one.value === record.body.kind);
    if (!measure) return nothing;
    const back = names.has(undoing(record.id));
    const can = record.body.amount > 0 && !back && outing.may.count;
    return html`<li><span>${measure.name} <span class="num">${signed(record.body.amount)}</span> ${measure.classifier} <span class="soft">${moment(record.captured_at)}</span></span>
      ${can ? button(t("撤销"), () => takeBack(app, outing, measure, record), { name: "arrow-back-up" }) : back ? html`<span class="soft">${t("已撤销")}</span>` : nothing}</li>`;
  })}</ul></details>`;
}
