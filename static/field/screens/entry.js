// One record of this phone: what it says, its files, its receipt; what can be done where it stands still.

import { Draft } from "../lib/draft.js";
import { html, nothing } from "../lib/html.js";
import { MENDABLE, STUCK, stateOf, typeName } from "../lib/records.js";
import { editable, faultsOf, namesFor, saidOf, whyOf } from "../lib/saying.js";
import { offerToGroup } from "../lib/to_group.js";
import { button, chip, confirm, empty, field, icon, link, moment, notice } from "../lib/ui.js";
import { right } from "../lib/when.js";
import { t } from "../lib/words.js";
import { download } from "../sync/backup.js";
import { decide } from "../sync/settle.js";

async function load({ id, again }, app) {
  const record = await app.store.record(id);
  if (!record) return { record: null };
  const photos = new Map();
  for (const { sha256 } of record.attachments) {
    const known = again?.photos?.get(sha256);
    const photo = await app.store.photo(sha256);
    if (photo) photos.set(sha256, { ...photo, url: known?.url ?? (photo.blob && URL.createObjectURL(photo.blob)) });
  }
  const names = again?.names ?? (await namesFor(app.store, record));
  const draft = again?.draft ?? (await Draft.open(app.store, `entry ${id}`, { edits: {} }));
  const mendable = MENDABLE.has(record.state);
  if (!again && draft.resumed && !mendable) await dropEdits({ draft }); // it has been sent from another tab
  return { record, photos, names, draft, open: again?.open ?? (draft.resumed && mendable) };
}

function leave(state) {
  state.photos?.forEach((photo) => photo.url && URL.revokeObjectURL(photo.url));
}

// Sends it again under its own name: an error of the moment may be over, and what was wrong may have been put right. What
// the server has taken meanwhile stays as it is.
async function again(state, app) {
  const { record, draft } = state;
  await app.store.revise(record.id, { body: { ...record.body, ...draft.content.edits }, state: "queued", reason: "", errors: [] }, []);
  await dropEdits(state);
  state.open = false;
  app.engine.wake();
}

// What was typed to put it right is kept until it is sent.
async function dropEdits({ draft }) {
  draft.content.edits = {};
  await draft.drop();
}

async function fileAgain(app, file) {
  await decide(app.store, file.sha256, "queued");
  app.engine.wake();
}

async function dropFile(app, file) {
  if (!(await confirm(t("不再发送这个文件？"), t("记录的其余内容照常发送；台账会注明缺少这个文件。可以先保存到手机相册。"), t("不再发送")))) return;
  await decide(app.store, file.sha256, "dropped");
}

// What it means to take it off this phone, by what became of it.
const DROPS = () => ({
  refused: t("服务器没有接收它，删除后无法恢复。建议先导出原始备份。"),
  gone: t("它没有送达服务器，删除后无法恢复。建议先导出原始备份。"),
  conflict: t("服务器上有同一编号、内容不同的一条。本机这份服务器也已保存，等待人工判定；删除的只是本机上的。"),
});

async function dropRecord(state, app) {
  const { record, photos } = state;
  const owed = record.state === "conflict" && [...photos.values()].some((photo) => photo.state !== "confirmed");
  const words = [DROPS()[record.state], owed ? t("还有文件没有传完，删除后不再上传。") : ""].join("");
  if (!(await confirm(t("从本机删除这条记录？"), words, t("删除")))) return;
  await app.store.remove(record.id);
  await dropEdits(state);
  app.go("#/ledger");
}

// When a picture was taken, as the server's clock has it: by how much this one was off when the record was sent, else by
// how much it is off now. What comes from the album bears the time of its camera.
function takenAt({ taken_at, album }, { captured_at, receipt }) {
  if (album) return taken_at;
  const at = new Date(taken_at ?? captured_at);
  return Number.isFinite(receipt?.clock_offset_s) ? new Date(at.getTime() + receipt.clock_offset_s * 1000) : right(at);
}

const isNumber = (name) => typeof name === "string" && name.length < 36;
const numberOf = ({ body, receipt }) => receipt?.number ?? [body.case, body.number, body.round, body.outing, body.problem].find(isNumber);
const gridOf = ({ record: { body, receipt }, names }) => receipt?.grid?.name ?? (body.grid ? names.grid(body.grid) : "");

function placeOf({ lon, lat }, { address, location }) {
  const at = Number.isFinite(lon) ? { lon, lat } : location;
  return [address, at && `${at.lat.toFixed(5)}, ${at.lon.toFixed(5)}`].filter(Boolean).join("  ");
}

// A stamped copy into the phone's own folder; what is kept here and was sent stays clean.
async function saveStamped(state, app, claim, blob) {
  const { record } = state;
  try {
    const { watermark } = await import("../photo/watermark.js");
    const stamped = await watermark(blob, { time: takenAt(claim, record), place: placeOf(claim, record.body), grid: gridOf(state), number: numberOf(record), staff_no: app.me.staff_no, hash: claim.sha256 });
    download(stamped, `${numberOf(record) ?? "gridops"}-${claim.sha256.slice(0, 8)}.jpg`);
    app.toast(t("水印照片已存到手机，原照片不变。"));
  } catch (fault) {
    console.warn(fault);
    app.toast(fault instanceof TypeError ? t("加水印的功能还没有下载完，请联网后再试。") : t("这张照片在手机上打不开，不能加水印。"), { tone: "wait" });
  }
}

function toGroup(state) {
  const { record, photos, names } = state;
  const shot = (role) => record.attachments.map((claim) => claim.role === role && photos.get(claim.sha256)).find((photo) => photo?.blob && photo.mime.startsWith("image/"))?.blob;
  return offerToGroup({ before: shot("before"), after: shot("after"), number: record.receipt?.number, category: names.category(record.body.category, record.body.kind), grid: gridOf(state) });
}

const KIND_ICONS = { audio: "microphone", video: "video" };
const FILE_STATES = () => ({ queued: ["", "clock", t("待传")], confirmed: ["good", "checks", t("已送达")], stuck: ["wait", "photo-off", t("传不上去")], dropped: ["wait", "ban", t("不再发送")] });

function file(claim, state, app) {
  const photo = state.photos.get(claim.sha256);
  if (!photo) return html`<li class="row file"><span class="row-icon">${icon("photo-off")}</span><span class="row-body"><span>${t("文件已从本机清除")}</span>${state.record.state === "confirmed" ? html`<span class="soft">${t("服务器上有完整的一份")}</span>` : nothing}</span></li>`;
  const [tone, name, words] = FILE_STATES()[photo.state] ?? FILE_STATES().queued;
  const picture = photo.url && photo.mime.startsWith("image/");
  return html`<li class="row file">${picture ? html`<img src=${photo.url} alt=${t("照片")} width="72" height="72">` : html`<span class="row-icon">${icon(KIND_ICONS[photo.mime.split("/")[0]] ?? "file")}</span>`}
    <span class="row-body"><span>${chip(words, { tone, name })} <span class="soft num">${Math.max(1, Math.round(photo.size / 1024))} KB${claim.album ? html` · ${t("相册")}` : nothing}</span></span>
      ${photo.reason ? html`<span class="soft">${whyOf({ reason: photo.reason })}</span>` : nothing}
      ${photo.url && photo.mime.startsWith("audio/") ? html`<audio controls src=${photo.url}></audio>` : nothing}
      ${photo.url && photo.mime.startsWith("video/") ? html`<video controls playsinline preload="metadata" src=${photo.url} aria-label=${t("录像")}></video>` : nothing}
      ${fileButtons(claim, photo, state, app)}</span></li>`;
}

function fileButtons(claim, photo, state, app) {
  const standing = photo.state === "stuck" || photo.state === "dropped";
  const ending = { "image/jpeg": "jpg", "image/png": "png" }[photo.mime] ?? photo.mime.split("/")[1];
  return html`<span class="buttons-left">
    ${standing && !state.record.left_out?.includes(photo.sha256) ? button(t("再试一次"), () => fileAgain(app, photo), { kind: "quiet", name: "refresh" }) : nothing}
    ${standing && photo.blob ? button(t("存到手机"), () => download(photo.blob, `${photo.sha256.slice(0, 8)}.${ending}`), { kind: "quiet", name: "download" }) : nothing}
    ${photo.blob && photo.mime.startsWith("image/") && claim.role !== "signature" ? button(t("存水印照片"), () => saveStamped(state, app, claim, photo.blob), { kind: "quiet", name: "download" }) : nothing}
    ${photo.state === "stuck" ? button(t("不再发送"), () => dropFile(app, photo), { kind: "quiet", name: "ban" }) : nothing}</span>`;
}

function mend(state, app) {
  const { record, draft } = state;
  const { edits } = draft.content;
  const fields = editable(record);
  const open = () => { state.open = true; app.redraw(); };
  // Where its form can take it in again, it is put right there, with its files.
  const alter = record.about.edit ? link(t("修改"), record.about.edit, { name: "pencil" }) : fields.length ? button(t("修改"), open, { name: "pencil" }) : nothing;
  if (!state.open) return html`<div class="buttons">${alter}${button(t("再发一次"), () => again(state, app), { name: "send" })}</div>`;
  const faults = faultsOf(record);
  const change = (name, value) => (typed) => { draft.set({ edits: { ...draft.content.edits, [name]: typeof value === "number" ? Number(typed) : typed } }); };
  return html`<section class="card"><h2>${t("修改后再发")}</h2>
    ${fields.map(([name, label, value]) => field(`edit-${name}`, label, edits[name] ?? value, change(name, value), { required: true, maxlength: 2000, inputmode: typeof value === "number" ? "numeric" : undefined, rows: String(value).length > 40 ? 3 : 0, errors: faults[name] ? { [`edit-${name}`]: faults[name] } : undefined }))}
    ${button(t("再发一次"), () => again(state, app), { kind: "primary", name: "send" })}</section>`;
}

function content({ record, names }) {
  const { known, others } = saidOf(record, names);
  const rows = (all) => all.map(([label, lines]) => html`<dt>${label}</dt><dd>${lines.map((line) => html`<span class="block-line">${line}</span>`)}</dd>`);
  return html`<details class="card"><summary>${t("记录内容")}</summary><dl class="facts">${rows(known)}</dl>
    <details class="others"><summary>${t("其他")}</summary><dl class="facts">${rows(others)}<dt>${t("记录号")}</dt><dd class="num">${record.id}</dd></dl></details></details>`;
}

function view(state, app) {
  const { record } = state;
  if (!record) return empty(t("本机没有这条记录。"), "file-x");
  const { tone, name, words } = stateOf(record, state.photos);
  const said = whyOf(record);
  const why = record.receipt?.held_because || (record.receipt?.waiting_for ? t("要等相关的记录先到达，之后自动生效。") : "");
  return html`<section class="card"><h2>${record.about.title || typeName(record.type)}</h2>${chip(words, { tone, name })}
      ${said ? notice("wait", STUCK.has(record.state) ? t("服务器的说明") : t("还没有送达"), said) : nothing}${why ? notice("info", t("服务器的说明"), why) : nothing}
      <dl class="facts"><dt>${t("种类")}</dt><dd>${typeName(record.type)}</dd><dt>${t("发生时间")}</dt><dd>${moment(record.captured_at)}</dd>
        ${record.receipt ? html`<dt>${t("服务器收到")}</dt><dd>${moment(record.receipt.received_at)}</dd>${record.receipt.number ? html`<dt>${t("编号")}</dt><dd class="num">${record.receipt.number}</dd>` : nothing}${record.receipt.grid ? html`<dt>${t("网格")}</dt><dd>${record.receipt.grid.name}</dd>` : nothing}` : nothing}
        ${record.confirmed_at ? html`<dt>${t("确认完整")}</dt><dd>${moment(record.confirmed_at)}</dd>` : nothing}
      </dl></section>
    ${MENDABLE.has(record.state) ? mend(state, app) : nothing}
    ${record.attachments.length ? html`<ul class="rows">${record.attachments.map((claim) => file(claim, state, app))}</ul>` : nothing}
    ${record.type === "report" ? button(t("发到工作群"), () => toGroup(state), { kind: "quiet", name: "share" }) : nothing}
    ${content(state)}
    ${STUCK.has(record.state) ? button(t("从本机删除"), () => dropRecord(state, app), { kind: "quiet", name: "trash" }) : nothing}`;
}

export default { title: () => t("记录"), load, view, leave, live: true, busy: (state) => state.open };
