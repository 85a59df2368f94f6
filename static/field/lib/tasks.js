// Tasks as this phone knows them: what the server gave last, less what was answered here since.

import { unmended } from "./nights.js";
import { stands } from "./records.js";
import { hour } from "./when.js";
import { t } from "./words.js";

export const KINDS = ["verify", "check", "handle", "help", "recheck"];
export const kindName = (kind) => ({ verify: t("核实"), check: t("核查"), handle: t("处置"), help: t("会办"), recheck: t("复查") })[kind];
export const kindAsks = (kind) => ({ verify: t("到现场看是否属实"), check: t("到现场看是否处置到位"), handle: t("处置后反馈"), help: t("办好本单位的会办事项后反馈"), recheck: t("到现场看是否整改") })[kind];
export const KIND_ICONS = { verify: "map-pin-check", check: "eye-check", handle: "tool", help: "users-group", recheck: "refresh" };
// The record that answers a kind (会办 is answered by a step, not by a record), and the part its photos play.
export const ANSWERS = { verify: { type: "verification", role: "near" }, check: { type: "check", role: "check" }, handle: { type: "feedback", role: "after" } };

const UNDER_WAY = new Set(["queued", "sent"]);
const DONE = new Set(["confirmed", "parted"]);
const LATELY = 100;
const JUDGED = new Set(["held", "dismissed"]);
const FAILED = new Set(["refused", "conflict", "gone"]);

// {tasks, rechecks, more, at}: each task with `answer` (the record that answers it and is not yet known to the server's
// list, or null) and `failed` (the last answer, where it did not do: not taken, or for a person to judge).
export async function tasksOf(store) {
  const pack = await store.pack("tasks");
  const data = pack?.data ?? { tasks: [], rechecks: [], more: false };
  const own = data.tasks.length ? await answersIn(store) : [];
  const visits = data.rechecks?.length ? (await store.ofTypes("visit")).filter(stands) : [];
  const tasks = data.tasks.map((task) => ({ ...task, ...answered(task, own, pack.at) }));
  return { tasks: tasks.sort(byTimeLeft), rechecks: unmended(data.rechecks ?? [], visits), more: data.more, at: pack?.at ?? null };
}

// Answers of this phone, newest first: all that are under way or not taken, and the last that were confirmed.
async function answersIn(store) {
  const types = new Set(Object.values(ANSWERS).map(({ type }) => type));
  const open = await Promise.all([...UNDER_WAY, ...FAILED].map((state) => store.inState(state)));
  const done = (await store.records({ limit: LATELY })).filter((record) => DONE.has(record.state));
  return [...open.flat(), ...done].filter((record) => types.has(record.type)).sort((a, b) => b.seq - a.seq);
}

function answered(task, own, packAt) {
  const given = own.filter((record) => record.type === ANSWERS[task.kind]?.type && [task.number, task.record].includes(record.body.case));
  // Taken before the list was made: the list knows it, and asks again.
  const since = (record) => DONE.has(record.state) && record.receipt?.state !== "dismissed" && Date.parse(record.confirmed_at ?? record.tried_at) >= Date.parse(packAt);
  const fresh = given.find((record) => UNDER_WAY.has(record.state) || since(record));
  const [last] = given;
  return { answer: fresh ?? null, failed: !fresh && last && (FAILED.has(last.state) || JUDGED.has(last.receipt?.state)) ? last : null };
}

// How far an answer came: tone, icon and words; the server's word that it is for a person to judge is none that it stands.
export function answerState(record) {
  if (record.state === "queued") return { tone: "", name: "cloud-upload", words: t("已答复，待发送") };
  if (record.state === "sent") return { tone: "", name: "photo-up", words: t("已答复，文件待传") };
  if (JUDGED.has(record.receipt?.state)) return { tone: "wait", name: "hand-stop", words: t("已答复，待人工判定") };
  if (record.state === "parted") return { tone: "wait", name: "photo-off", words: t("已答复，缺 %(n)s 个文件", { n: record.lacking ?? 1 }) };
  return { tone: "good", name: "checks", words: t("已答复，已送达") };
}

// Why the last answer did not do.
export function failedWords({ state, receipt }) {
  if (receipt?.state === "dismissed") return t("上次的答复未采用");
  return state === "conflict" || receipt?.state === "held" ? t("上次的答复待人工判定") : t("上次的答复未被接收");
}

const never = "9999";
const byTimeLeft = (a, b) => (a.due_at ?? never).localeCompare(b.due_at ?? never) || a.number.localeCompare(b.number);

export const openTasks = async (store) => {
  const { tasks, rechecks } = await tasksOf(store);
  return tasks.filter((task) => !task.answer).length + rechecks.length;
};

// What was seen at this hour of the day is checked at this hour: a night market is gone by noon.
export const isItsHour = (task, at = hour()) => task.kind === "check" && task.at_hour === at && !task.answer;
