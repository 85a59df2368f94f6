// Steps of a case that need the server at once, as others wait for them: 接收, 申请延期, 退件, 结案, 会办反馈, 退回会办.

import { html, nothing } from "./html.js";
import { button, field, focusFault, icon, notice, segments, sheet } from "./ui.js";
import { t } from "./words.js";
import { ask, reason } from "../sync/net.js";

const says = () => ({
  receive: { title: t("接收任务"), name: "clipboard-check", done: t("已接收。") },
  ask_extension: { title: t("申请延期"), name: "clock-play", done: t("已提交延期申请。") },
  return: { title: t("退件"), name: "arrow-back-up", done: t("已退件。") },
  help_done: { title: t("会办反馈"), name: "message", done: t("已反馈。") },
  help_return: { title: t("退回会办"), name: "arrow-back-up", done: t("已退回。") },
  close: { title: t("结案"), name: "circle-check", done: t("已结案。") },
});

// A unit receives a case before it says what it did: that step stands above the answer, all others below.
export const receivePart = (state, app) => part(state, app, t("接收任务"), (name) => name === "receive");
export const stepsPart = (state, app) => part(state, app, t("其他办理"), (name) => name !== "receive");

function part(state, app, label, among) {
  const { file } = state;
  const offered = Object.keys(says()).filter((name) => among(name) && file?.may?.includes(name));
  if (!offered.length) return nothing;
  return html`<section class="buttons steps" aria-label=${label}>${offered.map((name) => {
    const { title, name: glyph } = says()[name];
    return button(title, () => (name === "receive" ? take(state, app, name, {}) : open(state, app, name)), { name: glyph });
  })}</section>`;
}

// Sends the step; gives what is wrong by field, or null when it is done.
async function take(state, app, name, fields) {
  const { file, number } = state;
  const verdict = await ask("POST", `/field/pack/case/${number}/${name}`, { user: app.store.userId, json: { version: file.version, ...fields } });
  if (verdict.kind === "ok") {
    app.toast(says()[name].done);
    state.asked = false;
    await app.refresh(["tasks", "cases"]);
    await app.reload();
    return null;
  }
  const errors = Object.fromEntries((verdict.json?.errors ?? []).map((one) => [one.field, one.reason]));
  const off = ["again", "portal"].includes(verdict.kind);
  const whole = off ? t("没有网络。这一步要联网办理，请稍后再试。") : verdict.kind === "signed_out" ? t("请先重新登录。") : reason(verdict);
  if (name === "receive") app.toast(whole, { tone: "wait" });
  return { ...errors, whole };
}

function open(state, app, name) {
  const { title, name: glyph } = says()[name];
  const form = { errors: {}, due: "", reason: "", words: "", closing_condition: "" };
  return sheet(title, (close, draw) => {
    const change = (key) => (value) => { form[key] = value; };
    const go = async () => {
      const { due, reason: why, words, closing_condition } = form;
      const fields = { ask_extension: { due, reason: why }, return: { reason: why }, help_return: { reason: why }, help_done: { words }, close: { closing_condition, words } }[name];
      form.errors = (await take(state, app, name, fields)) ?? {};
      if (!Object.keys(form.errors).length) return close(true);
      draw();
      return focusFault();
    };
    return html`${form.errors.whole ? notice("wait", t("没有办成"), form.errors.whole) : nothing}
      ${name === "ask_extension" ? field("due", t("延期至"), form.due, change("due"), { type: "datetime-local", required: true, errors: form.errors }) : nothing}
      ${name === "close" ? closings(state.file.closings, form, (value) => { form.closing_condition = value; draw(); }) : nothing}
      ${name === "close" ? field("words", t("说明"), form.words, change("words"), { rows: 2, maxlength: 2000, errors: form.errors }) : name === "help_done" ? field("words", t("办理结果"), form.words, change("words"), { rows: 3, maxlength: 2000, required: true, errors: form.errors }) : field("reason", name === "return" ? t("退件理由") : t("理由"), form.reason, change("reason"), { rows: 2, maxlength: 500, required: true, errors: form.errors })}
      ${name === "return" ? html`<p class="soft">${t("退件后由派遣员重新派遣，时限不重新计算。")}</p>` : nothing}
      <p class="soft">${icon("wifi")} ${t("这一步要联网办理。")}</p>
      ${button(title, go, { kind: "primary", name: glyph })}`;
  });
}

const closings = (rows, form, change) => (rows?.length ? segments("closing_condition", t("结案条件"), rows.map(({ id, words }) => [String(id), words]), form.closing_condition, change, { errors: form.errors }) : nothing);
