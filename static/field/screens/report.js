// 上报: the camera first, then the category; the place is found meanwhile. Two touches after the photo send it.

import { categoryPart, Categories } from "../lib/category_part.js";
import { territoryOf } from "../lib/ground.js";
import { html, nothing } from "../lib/html.js";
import { discardPhotos, filesOf, hasNote, photosIn, photosPart, photosState, releasePhotos, savedPhotos, settled, takePhoto, voicePart } from "../lib/photos_part.js";
import { Pictures } from "../lib/thumbs.js";
import { button, check, confirm, fault, field, focusFault, icon, notice, select } from "../lib/ui.js";
import { named, t } from "../lib/words.js";
import { openForm } from "../joint/form.js";
import { revise } from "../sync/revise.js";
import { gridOf, hold, pictureAt, placePart, placeState, ready, saved } from "../place/place_part.js";
import { nearSame, nearSamePart } from "../lib/same_part.js";
import { offerToGroup } from "../lib/to_group.js";
import { blank, bodyOf, chosenOf, fromRecord, missing, rolesOf, settleRoles } from "./report_body.js";

async function load({ again, query }, app) {
  const { store } = app;
  const [categories, cases, territory] = await Promise.all([store.pack("categories"), store.pack("cases"), territoryOf(store)]);
  if (again) return renewed(again, { categories, cases, territory });
  const form = await openForm(app, { name: "report", wanted: query.record, blank: () => blank({ campaign: query.campaign ?? null }), fromRecord });
  const { draft, record } = form;
  const { content } = draft;
  const place = placeState({ territory, saved: content.place ?? {} });
  const photos = await photosState(store, content.photos, { at: () => pictureAt(place), most: app.me.limits?.attachments ?? 40 });
  const own = (await store.records({ limit: 200 })).filter((one) => one.type === "report" && one.id !== content.id);
  const state = {
    draft, record, place, photos, cases: cases?.data?.cases ?? [], own, errors: onFields(form.errors), more: Boolean(content.description || photos.note || form.errors.description || form.errors.address),
    category: { categories: new Categories(categories?.data), value: content.category, open: false, query: "", kind: null },
    grids: mine(territory), listed: categories?.etag,
    pictures: new Pictures(store, app.redraw),
  };
  settleRoles(state);
  place.locator.watch();
  state.unwatch = place.locator.onChange(() => app.state === state && app.redraw());
  const begun = busy(state);
  state.resumed = draft.resumed && begun && !record;
  state.untouched = !begun && !record;
  return state;
}

// What was downloaded while the form stood open; what is typed stays.
function renewed(state, { categories, cases, territory }) {
  if (state.listed !== categories?.etag) Object.assign(state, { listed: categories?.etag, category: { ...state.category, categories: new Categories(categories?.data) } });
  state.place.territory = territory;
  state.grids = mine(territory);
  state.cases = cases?.data?.cases ?? [];
  return state;
}

const mine = (territory) => territory.leaves.filter((grid) => grid.mine);

// A photo is all it takes to begin; who leaves the camera finds the form.
async function first(state, app) {
  await takePhoto(state.photos, { role: "before", label: t("上报"), onChange: changed(state, app) });
}

// What is photographed is stored before anything else happens, with the place it was seen at.
const changed = (state, app) => () => {
  const { draft, photos, place } = state;
  settleRoles(state);
  if (!place.held && photos.items.some((one) => !one.album)) hold(place);
  for (const name of ["photos", "after"]) delete state.errors[name];
  draft.set({ photos: savedPhotos(photos), place: saved(place) }, { now: true });
  app.redraw();
};

const typed = (state, app) => (changes) => {
  for (const name of Object.keys(changes)) delete state.errors[name];
  state.draft.set({ ...changes, place: saved(state.place) });
  app.redraw();
};

function leave(state) {
  if (!state.draft) return;
  state.unwatch();
  state.pictures.end();
  releasePhotos(state.photos);
  const { draft } = state;
  if (!draft.over && draft.dirty) draft.save();
}

async function startAnew(state, app) {
  if (!(await confirm(t("不要这份没发完的上报？"), t("照片和填写的内容都会从手机里删除。"), t("删除，重新开始")))) return undefined;
  await discardPhotos(state.photos);
  await state.draft.giveUp();
  leave(state);
  const fresh = await load({ query: {} }, app);
  if (app.state !== state) return leave(fresh); // the person has gone on
  app.state = fresh;
  return app.redraw();
}

// What the server said of a record, where the form shows it.
function onFields(said) {
  const places = { category: "category", kind: "category", location: "place", grid: "place", attachments: "photos", description: "description", address: "address" };
  const found = {};
  for (const [field, reason] of Object.entries(said)) found[places[field.split(".")[0]] ?? "send"] = reason;
  return found;
}

async function send(state, app) {
  const { draft, photos, record } = state;
  if (draft.over) return;
  await settled(photos);
  state.errors = missing(state);
  if (Object.keys(state.errors).length) {
    app.redraw();
    focusFault();
    return;
  }
  const chosen = chosenOf(state);
  const grid = gridOf(state.place);
  const { id } = draft.content;
  const about = { edit: `#/report?record=${id}`, title: draft.content.same_as ? t("补充证据 · %(name)s", { name: named(chosen) }) : named(chosen), note: draft.content.address || grid?.path || "", subject: grid?.name ?? "" };
  const files = filesOf(photos, rolesOf(draft.content));
  performance.mark("capture");
  draft.done();
  try {
    const what = { body: bodyOf(state), files, about, draft: draft.name };
    if (record) await revise(app, record, what);
    else await app.capture({ type: "report", id, ...what });
  } catch (failed) {
    draft.over = false;
    state.errors = { send: failed.message };
    app.redraw();
    return;
  }
  performance.measure("captured", "capture");
  const shown = { before: files.find((one) => one.role === "before")?.blob, after: files.find((one) => one.role === "after")?.blob, category: named(chosen), grid: grid?.path };
  if (app.state === state) app.go("#/");
  app.toast(t("已保存，待发送"), { action: { label: t("发到工作群"), run: () => offerToGroup(shown) }, seconds: 8 });
}

function view(state, app) {
  if (state.untouched) {
    state.untouched = false;
    setTimeout(() => first(state, app)); // once the form is drawn
  }
  const { draft: { content }, place, photos, errors } = state;
  const change = typed(state, app);
  const shot = changed(state, app);
  const pick = (one) => {
    state.errors = {};
    change({ category: one.value, same_as: null });
  };
  const join = (same_as) => {
    change({ same_as });
    shot();
  };
  const near = nearSame(state, content.category);
  return html`${state.resumed ? notice("info", t("接着上次没发完的上报"), "", button(t("重新开始"), () => startAnew(state, app), { kind: "quiet", name: "trash" })) : nothing}
    <div id="photos">${photosPart(photos, { role: "before", label: rolesOf(content).includes("after") ? t("处置前照片") : t("现场照片"), onChange: shot, errors: errors.photos })}</div>
    ${categoryPart(state.category, { pick, redraw: app.redraw, error: errors.category })}
    ${nearSamePart(near, { chosen: content.same_as, pictures: state.pictures, choose: join })}
    <div id="place" tabindex="-1" aria-describedby=${errors.place ? "place-fault" : nothing}>${placePart(place, { onChange: () => { delete errors.place; change({}); } })}
      ${fault("place", errors)}
      ${ready(place).ok || !state.grids.length ? nothing : select("report-grid", t("定不了位时，选网格"), [["", t("请选择")], ...state.grids.map((grid) => [grid.code, grid.path])], content.grid, (grid) => change({ grid }))}</div>
    ${handled(state, app, change, shot)}
    ${more(state, change, shot)}
    ${errors.send ? notice("wait", t("没有保存"), errors.send) : nothing}
    <div class="thumb">${button(sendWords(state), () => send(state, app), { kind: "primary", name: "send" })}</div>`;
}

// The grid is named on the button, before it goes.
function sendWords(state) {
  const grid = gridOf(state.place)?.path ?? state.grids.find(({ code }) => code === state.draft.content.grid)?.path;
  const what = state.draft.content.same_as ? t("发送，加入已有案件") : t("发送");
  return html`<span class="send-words">${what}${grid ? html`<small>${grid}</small>` : nothing}</span>`;
}

// 自行处置: whoever says so photographs at once how it is now, over what it was.
function handled(state, app, change, shot) {
  const { draft: { content }, photos, errors } = state;
  if (!app.me.may?.self_handle || content.same_as) return nothing;
  const given = { role: "after", label: t("处置后照片"), ghost: () => photosIn(photos, "before").find((one) => one.blob)?.blob ?? null, onChange: shot };
  const say = (self_handled) => {
    change({ self_handled });
    shot();
    if (self_handled && !photosIn(photos, "after").length) takePhoto(photos, given);
  };
  return html`<section class="card">${check("self_handled", t("我已当场处置（自行处置）"), content.self_handled, say, { hint: t("记为自行处置，不再派遣") })}</section>
    ${content.self_handled ? html`<div id="after">${photosPart(photos, { ...given, errors: errors.after })}</div>` : nothing}`;
}

function more(state, change, shot) {
  const { draft: { content }, photos, errors } = state;
  return html`<details class="card more" ?open=${state.more} @toggle=${(event) => { state.more = event.target.open; }}><summary>${icon("dots")}${t("补充：说明、地址、语音")}</summary>
    <div class="more-body">
    ${field("description", t("说明"), content.description, (description) => change({ description }), { rows: 3, maxlength: 2000, errors, placeholder: t("不必写，照片说清楚就行") })}
    ${field("address", t("地址或参照物"), content.address, (address) => change({ address }), { maxlength: 300, errors })}
    ${voicePart(photos, { onChange: shot })}
    </div></details>`;
}

function busy({ draft, photos }) {
  if (!draft) return false;
  const { category, description, address } = draft.content;
  return Boolean(photos.items.length || hasNote(photos) || category || description.trim() || address.trim());
}

export default { title: () => t("上报"), load, view, leave, busy, live: true };
