// The board of counts: one touch is one record with +1. What is taken back is another addition, never a deletion.

import { html, nothing } from "../lib/html.js";
import { button, field, icon, segments, time } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { reference, stands } from "./outings.js";

// A wet finger touches twice; two bicycles are not counted faster than this.
const WET_MS = 400;
const UNDO_SECONDS = 5;
const MOST = 100_000;
const LAST = 5;
const touched = new Map();

const signed = (amount) => (amount > 0 ? `+${amount}` : `−${-amount}`);

// The name of the record that takes another back: always the same one, so that it is taken back once.
const undoing = (id) => `${id.slice(0, -1)}${(parseInt(id.at(-1), 16) ^ 8).toString(16)}`;

async function add(app, outing, measure, amount, more = {}) {
  const title = `${measure.name} ${signed(amount)} ${measure.classifier}`;
  const about = { title, note: outing.campaign?.name ?? "", subject: outing.id };
  return app.capture({ type: "tally", body: { outing: reference(outing), kind: measure.value, amount }, about, ...more });
}

// One more, at most once within the time of a wet double touch.
export async function touch(app, outing, measure, amount = 1) {
  const at = performance.now();
  if (at - (touched.get(measure.value) ?? -Infinity) < WET_MS) return;
  touched.set(measure.value, at);
  navigator.vibrate?.(40);
  const record = await add(app, outing, measure, amount);
  app.toast(`${measure.name} ${signed(amount)}`, { seconds: UNDO_SECONDS, action: { label: t("撤销"), run: () => takeBack(app, outing, measure, record) } });
}

async function takeBack(app, outing, measure, record) {
  await add(app, outing, measure, -record.body.amount, { id: undoing(record.id) });
  navigator.vibrate?.([30, 60, 30]);
  app.toast(t("已撤销：%(what)s", { what: `${measure.name} ${signed(record.body.amount)}` }), { tone: "info", seconds: 3 });
}

// What the person has been told already is no fault of the page.
const untold = (fault) => { if (!fault?.told) throw fault; };

const tile = (app, outing, measure) => html`<button type="button" class="tally" ?disabled=${!outing.may.count} @click=${() => touch(app, outing, measure).catch(untold)}>
  <span class="tally-name">${measure.name}</span>
  <span class="tally-sum"><span><span class="unseen">${t("全队")} </span><strong class="num">${outing.team[measure.value]}</strong> ${measure.classifier}</span><span class="num">${t("本机 %(n)s", { n: outing.own[measure.value] })}</span></span>
  <span class="tally-plus">${icon("plus")}1</span>
</button>`;

export function board(app, outing, words, state) {
  return html`<section class="card" aria-labelledby="tally-title"><h2 id="tally-title">${t("计数")}</h2>
    <div class="tallies">${words.tallies.map((measure) => tile(app, outing, measure))}</div>
    <p class="hint">${t("大数字为全队：系统已收到的，加上本机还没有计入的；其他手机没有送达的不在内。")}</p>
    ${outing.may.count ? many(app, outing, words, state) : nothing}${lately(app, outing, words)}
  </section>`;
}

// Several at once.
function many(app, outing, words, state) {
  const form = (state.many ??= { kind: words.tallies[0]?.value, amount: "" });
  const change = (changes) => { Object.assign(form, changes); app.redraw(); };
  const send = async () => {
    const amount = /^\d{1,6}$/.test(form.amount.trim()) ? Number(form.amount) : 0;
    if (amount < 1 || amount > MOST) return change({ error: t("请填写 1 到 %(most)s 的整数", { most: MOST }) });
    const measure = words.tallies.find((one) => one.value === form.kind);
    await touch(app, outing, measure, amount);
    return change({ amount: "", error: "" });
  };
  return html`<details class="fold"><summary>${icon("plus")}<span>${t("一次记多个")}</span></summary><div class="fold-body">
    ${segments("many-kind", t("计数"), words.tallies.map((one) => [one.value, `${one.name}（${one.classifier}）`]), form.kind, (kind) => change({ kind }))}
    ${field("many-amount", t("数量"), form.amount, (amount) => change({ amount, error: "" }), { inputmode: "numeric", required: true, maxlength: 6, errors: form.error ? { "many-amount": form.error } : {} })}
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
    return html`<li><span>${measure.name} <span class="num">${signed(record.body.amount)}</span> ${measure.classifier} <span class="soft">${time(record.captured_at)}</span></span>
      ${can ? button(t("撤销"), () => takeBack(app, outing, measure, record), { name: "arrow-back-up" }) : back ? html`<span class="soft">${t("已撤销")}</span>` : nothing}</li>`;
  })}</ul></details>`;
}
