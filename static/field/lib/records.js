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
    case "parted": return { tone: "wait", name: "photo-off", words: t("记录已到，缺 %(n)s 个文件", { n: files.filter((file) => file.state === "dropped").length }) };
    case "confirmed": return held ? { tone: "wait", name: "hand-stop", words: t("已送达，待人工判定") } : { tone: "good", name: "checks", words: t("已送达") };
    case "conflict": return { tone: "wait", name: "git-merge", words: t("与已有记录不同，两份都已保存，待人工判定") };
    case "gone": return { tone: "wait", name: "cloud-x", words: t("服务器上没有这一项，未送达") };
    default: return { tone: "wait", name: "alert-circle", words: t("未被接收，请修改后再发") };
  }
}

// What can be put right and sent again under its own name: the server holds nothing of it.
export const MENDABLE = new Set(["refused", "gone"]);
export const STUCK = new Set(["refused", "conflict", "gone"]);
