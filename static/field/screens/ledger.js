// 同步台账: each record and file, how far it came, why it stands still, and the raw backup.

import { html, nothing, repeat } from "../lib/html.js";
import { device } from "../lib/device.js";
import { STUCK, TYPE_ICONS, stateOf, typeName } from "../lib/records.js";
import { button, chip, empty, icon, notice, segments, time } from "../lib/ui.js";
import { clockOff, lasted } from "../lib/when.js";
import { t } from "../lib/words.js";
import { LITTLE_ROOM, room } from "../sync/capture.js";
import { backup, download } from "../sync/backup.js";

const PAGE = 60;
const MORE = 400;

async function load({ again }, app) {
  const { store } = app;
  const shown = again?.shown ?? PAGE;
  const records = await store.records({ limit: shown + 1 });
  const wanted = new Set(records.flatMap((record) => (record.state === "confirmed" ? [] : record.attachments.map(({ sha256 }) => sha256))));
  const photos = new Map();
  for (const sha256 of wanted) {
    const { blob, ...photo } = (await store.photo(sha256)) ?? {};
    if (photo.sha256) photos.set(sha256, photo);
  }
  return { records: records.slice(0, shown), more: records.length > shown, shown, photos, kind: again?.kind ?? "all", left: await room(), exported: again?.exported };
}

const WHY = () => ({
  again: [t("现在没有网络"), t("记录都保存在手机里，有网络后自动发送。")],
  portal: [t("网络需要登录"), t("当前网络返回的不是本系统的页面（可能是 Wi-Fi 登录页）。请先登录该网络，或改用流量。")],
  signed_out: [t("登录已过期"), t("重新登录后自动发送，不会丢失。")],
  forbidden: [t("当前登录的账号不能发送"), t("记录都保存在手机里；请修改初始密码，或换回原来的账号登录。")],
  full: [t("服务器暂时接收不了"), t("稍后会自动再试，不会丢失。")],
});

function overall(state, app) {
  const { waiting, stuck } = app.counts;
  const why = WHY()[app.engine.stopped];
  const off = clockOff();
  return html`
    ${waiting || stuck ? nothing : notice("good", t("全部已送达"), t("服务器已确认收到本机的每一条记录和每一个文件。"))}
    ${waiting && why ? notice("wait", ...why, app.engine.stopped === "signed_out" ? html`<a class="button plain" href="/sign-in?next=/field">${icon("login")}<span>${t("重新登录")}</span></a>` : nothing) : nothing}
    ${Math.abs(off) > 120_000 ? notice("wait", off > 0 ? t("手机时间慢了 %(time)s", { time: lasted(off) }) : t("手机时间快了 %(time)s", { time: lasted(off) }), t("两个时间都会保存，统计按服务器时间。请到手机设置里打开自动确定时间。")) : nothing}
    ${state.left < LITTLE_ROOM ? notice("wait", t("手机存储快满了"), t("请尽快联网发送，或清理手机空间。已保存的记录不受影响。")) : nothing}
    ${device.get("persisted") === false ? notice("info", t("浏览器未答应长期保存"), t("手机空间紧张时，系统可能清除未发送的记录。请把应用添加到主屏幕，并尽快发送。")) : nothing}
    <div class="buttons">${waiting ? button(t("立即发送"), () => app.engine.wake(), { kind: "plain", name: "send" }) : nothing}${button(t("导出原始备份"), () => save(state, app), { kind: "quiet", name: "database-export" })}</div>
    ${state.exported ? notice("good", t("备份已导出"), t("共 %(n)s 条记录。文件含照片等原始内容，请妥善保管，交给管理员可重新导入，不会重复。", { n: state.exported })) : nothing}`;
}

async function save(state, app) {
  const made = await backup(app.store, app.me);
  download(made.blob, made.name);
  state.exported = made.count;
  app.redraw();
}

const KINDS = () => [["all", t("全部")], ["waiting", t("待传")], ["stuck", t("需处理")]];
const WANTED = { all: () => true, waiting: (record) => ["queued", "sent"].includes(record.state), stuck: (record, photos) => STUCK.has(record.state) || stateOf(record, photos).tone === "wait" };

function line(record, photos) {
  const { tone, name, words } = stateOf(record, photos);
  const files = record.attachments.length;
  return html`<li><a class="row" href="#/ledger/${record.id}"><span class="row-icon">${icon(TYPE_ICONS[record.type] ?? "file")}</span>
    <span class="row-body"><strong>${record.about.title || typeName(record.type)}</strong>
      <span class="soft">${typeName(record.type)} ${time(record.captured_at)}${files ? html` · ${t("%(n)s 个文件", { n: files })}` : nothing}${record.receipt?.number ? html` · ${record.receipt.number}` : nothing}</span>
      ${chip(words, { tone, name })}${record.reason ? html`<span class="soft">${record.reason}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`;
}

function view(state, app) {
  const found = state.records.filter((record) => WANTED[state.kind](record, state.photos));
  return html`${overall(state, app)}
    ${segments("kind", t("显示"), KINDS(), state.kind, (kind) => { state.kind = kind; app.redraw(); })}
    ${found.length ? html`<ul class="rows">${repeat(found, (record) => record.id, (record) => line(record, state.photos))}</ul>` : empty(state.kind === "all" ? t("还没有记录。") : t("没有这样的记录。"))}
    ${state.more ? button(t("显示更早的"), async () => { state.shown += MORE; await app.reload(); }, { name: "chevron-down" }) : nothing}`;
}

export default { title: () => t("同步台账"), load, view, live: true };
