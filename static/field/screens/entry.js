// One record of this phone: what it says, its files, its receipt; what can be done where it stands still.

import { html, nothing } from "../lib/html.js";
import { STUCK, stateOf, typeName } from "../lib/records.js";
import { button, chip, confirm, empty, field, icon, link, notice, time } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { download } from "../sync/backup.js";

async function load({ id, again }, app) {
  const record = await app.store.record(id);
  if (!record) return { record: null };
  const photos = new Map();
  for (const { sha256 } of record.attachments) {
    const known = again?.photos?.get(sha256);
    const photo = await app.store.photo(sha256);
    if (photo) photos.set(sha256, { ...photo, url: known?.url ?? (photo.blob && URL.createObjectURL(photo.blob)) });
  }
  return { record, photos, edits: again?.edits ?? {}, open: again?.open ?? false };
}

function leave(state) {
  state.photos?.forEach((photo) => photo.url && URL.revokeObjectURL(photo.url));
}

// Sends it again: an error of the moment may be over, and what was wrong may have been put right.
async function again(state, app) {
  const { record, edits } = state;
  const body = { ...record.body };
  for (const [name, value] of Object.entries(edits)) body[name] = value;
  await app.store.update(record.id, { body, state: "queued", reason: "", errors: [] });
  Object.assign(state, { edits: {}, open: false });
  app.engine.wake();
}

async function fileAgain(state, app, file) {
  await app.store.updatePhoto(file.sha256, { state: "queued", reason: "" });
  if (state.record.state === "parted") await app.store.update(state.record.id, { state: "sent" });
  app.engine.wake();
}

async function dropFile(state, app, file) {
  if (!(await confirm(t("不再发送这个文件？"), t("记录本身已送达；台账会注明缺少这个文件。可以先保存到手机相册。"), t("不再发送")))) return;
  await app.store.updatePhoto(file.sha256, { state: "dropped" });
  const others = [...state.photos.values()].filter((photo) => photo.sha256 !== file.sha256);
  const open = others.some((photo) => photo.state === "stuck" || photo.state === "queued");
  if (state.record.state === "sent" && !open) await app.store.update(state.record.id, { state: "parted" });
}

async function dropRecord(state, app) {
  if (!(await confirm(t("从本机删除这条记录？"), t("服务器没有收下它，删除后无法恢复。建议先导出原始备份。"), t("删除")))) return;
  await app.store.remove(state.record.id);
  app.go("#/ledger");
}

const FILE_STATES = () => ({ queued: ["", "clock", t("待传")], confirmed: ["good", "checks", t("已送达")], stuck: ["wait", "photo-off", t("传不上去")], dropped: ["wait", "ban", t("不再发送")] });

function file(claim, state, app) {
  const photo = state.photos.get(claim.sha256);
  if (!photo) return html`<li class="row"><span class="row-icon">${icon("photo-off")}</span><span class="row-body">${t("文件已从本机清除")}</span></li>`;
  const [tone, name, words] = FILE_STATES()[photo.state];
  const picture = photo.url && photo.mime.startsWith("image/");
  const ending = { "image/jpeg": "jpg", "image/png": "png" }[photo.mime] ?? photo.mime.split("/")[1];
  return html`<li class="row file">${picture ? html`<img src=${photo.url} alt=${t("照片")} width="72" height="72">` : html`<span class="row-icon">${icon(photo.mime.startsWith("audio/") ? "microphone" : "file")}</span>`}
    <span class="row-body"><span>${chip(words, { tone, name })} <span class="soft num">${Math.max(1, Math.round(photo.size / 1024))} KB${claim.album ? html` · ${t("相册")}` : nothing}</span></span>
      ${photo.reason ? html`<span class="soft">${photo.reason}</span>` : nothing}
      ${photo.url && photo.mime.startsWith("audio/") ? html`<audio controls src=${photo.url}></audio>` : nothing}
      ${photo.state === "stuck" || photo.state === "dropped" ? html`<span class="buttons">${button(t("再试一次"), () => fileAgain(state, app, photo), { kind: "quiet", name: "refresh" })}${photo.url ? button(t("存到手机"), () => download(photo.blob, `${photo.sha256.slice(0, 8)}.${ending}`), { kind: "quiet", name: "download" }) : nothing}${photo.state === "stuck" ? button(t("不再发送"), () => dropFile(state, app, photo), { kind: "quiet", name: "ban" }) : nothing}</span>` : nothing}
    </span></li>`;
}

// Texts and numbers of the body can be put right by hand; what they belong to stays.
const EDITABLE = (body) => Object.entries(body).filter(([, value]) => ["string", "number"].includes(typeof value));

function mend(state, app) {
  const { record, edits } = state;
  const faults = Object.fromEntries((record.errors ?? []).map(({ field: name, reason }) => [name.replace(/^body\./, ""), reason]));
  // Where its form can take it in again, it is put right there, with its files.
  const alter = record.about.edit ? link(t("修改"), record.about.edit, { name: "pencil" }) : button(t("修改"), () => { state.open = true; app.redraw(); }, { name: "pencil" });
  if (!state.open) return html`<div class="buttons">${alter}${button(t("再发一次"), () => again(state, app), { name: "send" })}</div>`;
  return html`<section class="card"><h2>${t("修改后再发")}</h2>
    ${EDITABLE(record.body).map(([name, value]) => field(`edit-${name}`, WORDS()[name] ?? name, edits[name] ?? value, (typed) => { edits[name] = typeof value === "number" ? Number(typed) : typed; }, { required: true, maxlength: 2000, rows: String(value).length > 40 ? 3 : 0, errors: faults[name] ? { [`edit-${name}`]: faults[name] } : undefined }))}
    ${button(t("再发一次"), () => again(state, app), { kind: "primary", name: "send" })}</section>`;
}

const WORDS = () => ({
  description: t("描述"), address: t("地址"), category: t("类别"), words: t("说明"), case: t("案件"), reason: t("原因"), note: t("备注"), amount: t("数量"), summary: t("小结"),
  party: t("当事人"), basis: t("依据"), approver: t("批准人"), decision_no: t("文书号"), deadline: t("期限"), name: t("姓名"), certificate_no: t("证件号"), theme: t("主题"), witness: t("见证人"),
  fact: t("事实"), unit: t("单位"), answer: t("反馈"), kind: t("种类"), outing: t("行动"), round: t("夜查"), agency: t("部门"),
});

const said = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));

function view(state, app) {
  const { record } = state;
  if (!record) return empty(t("本机没有这条记录。"), "file-x");
  const { tone, name, words } = stateOf(record, state.photos);
  const why = record.receipt?.held_because || (record.receipt?.waiting_for ? t("要等相关的记录先到达，之后自动生效。") : "");
  return html`<section class="card"><h2>${record.about.title || typeName(record.type)}</h2>${chip(words, { tone, name })}
      ${record.reason ? notice("wait", t("服务器的说明"), record.reason) : nothing}${why ? notice("info", t("服务器的说明"), why) : nothing}
      <dl class="facts"><dt>${t("种类")}</dt><dd>${typeName(record.type)}</dd><dt>${t("发生时间")}</dt><dd>${time(record.captured_at)}</dd>
        ${record.receipt ? html`<dt>${t("服务器收到")}</dt><dd>${time(record.receipt.received_at)}</dd>${record.receipt.number ? html`<dt>${t("编号")}</dt><dd class="num">${record.receipt.number}</dd>` : nothing}${record.receipt.grid ? html`<dt>${t("网格")}</dt><dd>${record.receipt.grid.name}</dd>` : nothing}` : nothing}
        ${record.confirmed_at ? html`<dt>${t("确认完整")}</dt><dd>${time(record.confirmed_at)}</dd>` : nothing}
      </dl></section>
    ${STUCK.has(record.state) && record.state !== "conflict" ? mend(state, app) : nothing}
    ${record.attachments.length ? html`<ul class="rows">${record.attachments.map((claim) => file(claim, state, app))}</ul>` : nothing}
    <details class="card"><summary>${t("记录内容")}</summary><dl class="facts">${Object.entries(record.body).map(([key, value]) => html`<dt>${WORDS()[key] ?? key}</dt><dd>${said(value)}</dd>`)}<dt>${t("记录号")}</dt><dd class="num">${record.id}</dd></dl></details>
    ${STUCK.has(record.state) ? button(t("从本机删除"), () => dropRecord(state, app), { kind: "quiet", name: "trash" }) : nothing}`;
}

export default { title: () => t("记录"), load, view, leave, live: true, busy: (state) => state.open };
