// What records are called, and how far they came, in words.

import { t } from "./words.js";

export const typeName = (type) => ({
  report: t("上报"), verification: t("核实"), check: t("核查"), feedback: t("处置反馈"), round: t("夜查"), visit: t("检查走访"),
  outing: t("联合执法"), check_in: t("签到"), tally: t("计数"), incident: t("执法措施"), handover: t("移交"), track: t("轨迹"),
  discipline_check: t("明察暗访"), problem_answer: t("整改反馈"),
})[type] ?? type;

export const TYPE_ICONS = {
  report: "camera-plus", verification: "map-pin-check", check: "eye-check", feedback: "tool", round: "moon", visit: "building-store",
  outing: "users-group", check_in: "user-check", tally: "plus", incident: "gavel", handover: "arrows-exchange", track: "route",
  discipline_check: "report-search", problem_answer: "message-circle",
};

const GIVEN_UP = new Set(["dropped", undefined]); // undefined: the phone holds it no more

// How far a record is that the server has, by its receipt and by its files here: confirmed only by a complete receipt;
// parted where everything that it lacks was given up, a file that the server does not take included. {state, lacking}
export function settled({ attachments, left_out: without = [] }, receipt, files) {
  if (receipt.complete && !without.length) return { state: "confirmed", lacking: 0 };
  const lacking = [...new Set(attachments.map(({ sha256 }) => sha256))].filter((sha256) => without.includes(sha256) || receipt.missing.includes(sha256));
  const open = lacking.some((sha256) => (without.includes(sha256) ? files.get(sha256)?.state === "stuck" : !GIVEN_UP.has(files.get(sha256)?.state)));
  return { state: open || !lacking.length ? "sent" : "parted", lacking: lacking.length };
}

// Tone, icon and words of a record: what really happened to it, never more.
export function stateOf(record, photos = new Map()) {
  const files = record.attachments.map(({ sha256 }) => photos.get(sha256)).filter(Boolean);
  const stuck = files.filter((file) => file.state === "stuck").length;
  const open = files.filter((file) => file.state === "queued").length;
  const held = record.receipt?.state === "held" || record.receipt?.state === "dismissed";
  switch (record.state) {
    case "queued": return { tone: "", name: "clock", words: t("待传") };
    case "sent":
      if (stuck) return { tone: "wait", name: "photo-off", words: t("记录已到，%(n)s 个文件传不上去", { n: stuck }) };
      return { tone: "", name: "photo-up", words: open ? t("记录已到，%(n)s 个文件待传", { n: open }) : t("记录已到，待确认") };
    case "parted": return { tone: "wait", name: "photo-off", words: t("记录已到，缺 %(n)s 个文件", { n: record.lacking ?? files.filter((file) => file.state === "dropped").length }) };
    case "confirmed": return held ? { tone: "wait", name: "hand-stop", words: t("已送达，待人工判定") } : { tone: "good", name: "checks", words: t("已送达") };
    case "conflict": return { tone: "wait", name: "git-merge", words: t("与已有记录不同，两份都已保存，待人工判定") };
    case "gone": return { tone: "wait", name: "cloud-x", words: t("服务器上没有这一项，未送达") };
    default: return { tone: "wait", name: "alert-circle", words: t("未被接收，请修改后再发") };
  }
}

// What can be put right and sent again under its own name: the server holds nothing of it.
export const MENDABLE = new Set(["refused", "gone"]);
export const STUCK = new Set(["refused", "conflict", "gone"]);
// Whether what the server said last (`packAt`) was asked after it took this record, so that it knows of it; what waited
// for another phone's record when it was taken, it may have understood later.
export const knownAt = (record, packAt) => record.state === "confirmed" && !record.receipt?.waiting_for && packAt > record.confirmed_at;
// Somebody of a squad is there: the first time holds, and who had left is back.
export const came = (member, at) => Object.assign(member, { checked_in_at: member.checked_in_at ?? at, checked_out_at: null });
// Whether a record of this phone stands: the server has it, or will take it as far as is known.
export const stands = (record) => !STUCK.has(record.state) && !record.receipt?.held_because;
