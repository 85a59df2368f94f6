// 同步台账: each record and file, how far it came, why it stands still, and the raw backup.

import { html, nothing } from "../lib/html.js";
import { device } from "../lib/device.js";
import { LongList } from "../lib/long_list.js";
import { STUCK, TYPE_ICONS, stateOf, typeName } from "../lib/records.js";
import { lookForRoom, roomLevel, roomNotice } from "../lib/room.js";
import { whyOf } from "../lib/saying.js";
import { button, chip, empty, icon, notice, segments, time } from "../lib/ui.js";
import { clockOff, lasted } from "../lib/when.js";
import { t } from "../lib/words.js";
import { backup, download } from "../sync/backup.js";

const PAGE = 60;
const MORE = 400;
const KINDS = () => [["all", t("全部")], ["waiting", t("待传")], ["stuck", t("需处理")]];
const newestFirst = (records) => records.flat().sort((one, other) => other.seq - one.seq);
const statesOf = (store, records) => store.photoStates(records.flatMap(({ state, attachments }) => (state === "confirmed" ? [] : attachments.map(({ sha256 }) => sha256))));
const hasStuck = (photos) => ({ attachments }) => attachments.some(({ sha256 }) => photos.get(sha256)?.state === "stuck");

// What is asked for, newest first: all page by page; what waits or is stuck from the whole phone, however old.
const READ = {
  all: (store, most) => store.records({ limit: most }),
  waiting: async (store) => newestFirst(await Promise.all(["queued", "sent"].map((state) => store.inState(state)))),
  async stuck(store) {
    const [sent, ...stuck] = await Promise.all(["sent", ...STUCK].map((state) => store.inState(state)));
    return newestFirst([sent.filter(hasStuck(await statesOf(store, sent))), ...stuck]);
  },
};

async function load({ again }, app) {
  const { store } = app;
  const state = again ?? { kind: "all", shown: PAGE, list: new LongList("ledger-rows", app.redraw) };
  if (!again) lookForRoom().then(app.redraw);
  const { kind, shown } = state;
  const found = await READ[kind](store, shown + 1);
  const records = found.slice(0, shown);
  const [photos, files, delivered] = await Promise.all([statesOf(store, records), store.countPhotos("queued"), store.countPhotos("confirmed")]);
  if (state.kind !== kind || state.shown !== shown) return load({ again: state }, app); // another choice was made meanwhile
  return Object.assign(state, { records, more: found.length > shown, photos, files, delivered });
}

const WHY = ({ late }) => ({
  again: [navigator.onLine ? t("暂时连不上服务器") : t("现在没有网络"), t("记录都保存在手机里，连上后自动发送。")],
  partly: [t("有 %(n)s 条这次没有送达", { n: late.size }), t("其余照常发送；这几条稍后自动再试，不会丢失。")],
  storage: [t("手机存储暂时读写不了"), t("稍后自动再试；一直这样请重新打开应用。")],
  portal: [t("网络需要登录"), t("当前网络返回的不是本系统的页面（可能是 Wi-Fi 登录页）。请先登录该网络，或改用流量。")],
  signed_out: [t("登录已过期"), t("重新登录后自动发送，不会丢失。")],
  forbidden: [t("当前登录的账号不能发送"), t("记录都保存在手机里；请修改初始密码，或换回原来的账号登录。")],
  phone: [t("手机存储已满"), t("发送的结果没有存下，稍后自动再试，不会丢失，也不会重复。请清理手机空间。")],
  full: [t("服务器暂时接收不了"), t("稍后会自动再试，不会丢失。")],
});

const allThere = (lacking) => (lacking
  ? notice("good", t("全部已送达，%(n)s 个文件已不再发送", { n: lacking }), t("服务器已确认收到本机的每一条记录和其余的文件。"))
  : notice("good", t("全部已送达"), t("服务器已确认收到本机的每一条记录和每一个文件。")));

function overall(state, app) {
  const { waiting, stuck, lacking } = app.counts;
  const why = WHY(app.engine)[app.engine.stopped];
  const off = clockOff();
  return html`
    ${waiting || stuck ? nothing : allThere(lacking)}
    ${waiting && why ? notice("wait", ...why, app.engine.stopped === "signed_out" ? html`<a class="button plain" href="/sign-in?next=/field">${icon("login")}<span>${t("重新登录")}</span></a>` : nothing) : nothing}
    ${waiting && !navigator.serviceWorker?.controller ? notice("info", t("本页打开时才发送"), t("关闭后记录仍保存在手机里，下次联网打开后继续发送。没有网络时请不要关闭本页，关闭后要联网才能再打开。")) : nothing}
    ${Math.abs(off) > 120_000 ? notice("wait", off > 0 ? t("手机时间慢了 %(time)s", { time: lasted(off) }) : t("手机时间快了 %(time)s", { time: lasted(off) }), t("两个时间都会保存，统计按服务器时间。请到手机设置里打开自动确定时间。")) : nothing}
    ${roomNotice(state.delivered ? button(t("清理已送达的照片"), () => clear(app), { name: "trash" }) : nothing)}
    ${state.files && app.engine.paused() ? notice("info", t("省流量：照片、录音、录像等 Wi-Fi，%(n)s 个", { n: state.files }), t("记录本身照常发送。"), button(t("立即发送照片、录音、录像"), () => app.sendPictures(), { name: "photo-up" })) : nothing}
    ${device.get("persisted") === false ? notice("info", t("浏览器未答应长期保存"), t("手机空间紧张时，系统可能清除未发送的记录。请把应用添加到主屏幕；应用打开时才发送，请尽快发送。")) : nothing}
    <div class="buttons">${waiting ? button(t("立即发送"), () => app.engine.wake(), { kind: "plain", name: "send" }) : nothing}${button(t("导出原始备份"), () => save(state, app), { kind: "quiet", name: "database-export" })}</div>
    ${state.exported ? told(state.exported) : nothing}`;
}

const told = ({ count, missing, begun }) => html`${notice("good", t("备份已导出"), t("共 %(n)s 条记录。文件含照片等原始内容，请妥善保管，交给管理员可重新导入，不会重复。", { n: count }))}
  ${missing ? notice("wait", t("有 %(n)s 个文件没有进入备份", { n: missing }), t("这些文件在手机上缺失、损坏或读不出来，备份里已逐个注明；其他内容完整。")) : nothing}
  ${begun ? notice("wait", t("有 %(n)s 份表单还没有提交，不在备份里", { n: begun }), t("填好提交后再导出一次。")) : nothing}`;

async function save(state, app) {
  const made = await backup(app.store, app.me);
  download(made.blob, made.name);
  state.exported = made;
  app.redraw();
}

// What the server has whole is taken off the phone; the records stay in the list.
async function clear(app) {
  await app.store.clearDelivered();
  await lookForRoom();
  app.toast(roomLevel() === "enough" ? t("已清理，空间够用。") : t("已清理，空间仍然不足。"), { tone: roomLevel() === "enough" ? "good" : "wait" });
  await app.reload();
}

// Where or to what; the kind of record where its title does not say it.
function whatOf({ type, about, receipt }) {
  const subject = about.subject === receipt?.number ? "" : about.subject;
  return subject || (about.title === typeName(type) ? "" : typeName(type));
}

function line(record, photos) {
  const { tone, name, words } = stateOf(record, photos);
  const files = record.attachments.length;
  return html`<a class="row" href="#/ledger/${record.id}"><span class="row-icon">${icon(TYPE_ICONS[record.type] ?? "file")}</span>
    <span class="row-body"><strong>${record.about.title || typeName(record.type)}</strong>
      <span class="soft">${whatOf(record)} ${time(record.captured_at)}${files ? html` · ${t("%(n)s 个文件", { n: files })}` : nothing}${record.receipt?.number ? html` · ${record.receipt.number}` : nothing}</span>
      ${chip(words, { tone, name })}${whyOf(record) ? html`<span class="soft">${whyOf(record)}</span>` : nothing}</span>${icon("chevron-right")}</a>`;
}

function choose(state, app, kind) {
  Object.assign(state, { kind, shown: PAGE });
  return app.reload();
}

async function more(state, app) {
  state.shown += MORE;
  await app.reload();
}

function view(state, app) {
  const { records, photos, kind } = state;
  return html`${overall(state, app)}
    ${segments("kind", t("显示"), KINDS(), kind, (wanted) => choose(state, app, wanted))}
    ${records.length ? state.list.view(records, ({ id }) => id, (record) => line(record, photos)) : empty(kind === "all" ? t("还没有记录。") : t("没有这样的记录。"))}
    ${state.more ? button(t("显示更早的"), () => more(state, app), { name: "chevron-down" }) : nothing}`;
}

export default { title: () => t("同步台账"), load, view, live: true, leave: (state) => state.list.close() };
