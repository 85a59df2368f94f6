// A problem item of a bulletin: what was named, and the answer with photos of how it is now.

import { html, nothing } from "../lib/html.js";
import { Draft } from "../lib/draft.js";
import { uuid } from "../lib/ids.js";
import { filesOf, photosPart, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { answeredHere } from "../lib/problems.js";
import { button, due, empty, field, focusFault, moment, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { here } from "../joint/here.js";
import { locator } from "../place/fix.js";

async function load({ number, again }, app) {
  if (again) return again;
  const item = (await app.store.pack("supervision"))?.data?.problems.find((one) => one.number === number);
  const draft = await Draft.unsent(app.store, `problem ${number}`, () => ({ id: uuid(), words: "" }));
  const sent = (await answeredHere(app.store)).has(number);
  locator().watch(); // photos bear the place where they were taken
  return { item, number, draft, sent, photos: await photosState(app.store, draft.content.photos, { at: here }), errors: {} };
}

async function send(state, app) {
  const words = state.draft.content.words.trim();
  state.errors = words ? {} : { words: t("请写明整改情况") };
  if (!words) {
    app.redraw();
    return focusFault();
  }
  await settled(state.photos);
  await state.draft.save(); // nothing of it is written after it has become a record
  await app.capture({ id: state.draft.content.id, type: "problem_answer", body: { problem: state.number, words }, files: filesOf(state.photos), about: { title: t("整改反馈"), subject: state.item?.fact ?? state.number }, draft: state.draft.name });
  await state.draft.drop();
  app.toast(t("整改反馈已保存，待发送。"));
  if (app.state === state) app.go("#/supervision");
  return undefined;
}

function view(state, app) {
  const { item, draft, photos, errors } = state;
  if (!item) return empty(t("本机没有这个问题，或已经办结。"), "file-x");
  const kept = () => { draft.set({ photos: savedPhotos(photos) }, { now: true }); app.redraw(); };
  return html`<section class="card"><p class="soft num">${item.number}</p><p>${item.fact}</p><dl class="facts"><dt>${t("整改单位")}</dt><dd>${item.unit.name}</dd><dt>${t("整改期限")}</dt><dd>${moment(item.due_at)} ${due(item.due_at)}</dd></dl></section>
    ${item.state === "refused" && !state.sent ? notice("wait", t("未通过认定，请再整改"), t("请继续整改，并附上整改后的照片。")) : nothing}
    ${state.sent ? notice("good", t("已反馈"), t("等待认定；可再次反馈补充。")) : nothing}
    <section class="card">${field("words", t("整改情况"), draft.content.words, (words) => draft.set({ words }), { rows: 4, maxlength: 2000, required: true, errors })}</section>
    ${photosPart(photos, { role: "after", label: t("整改后照片"), onChange: kept })}
    <div class="thumb">${button(t("提交反馈"), () => send(state, app), { kind: "primary", name: "send" })}</div>`;
}

export default { title: () => t("通报问题"), load, view, leave: (state) => state.photos && releasePhotos(state.photos), busy: (state) => Boolean(state.draft?.dirty) };
