// Tasks as this phone knows them: what the server gave last, less what was answered here since.

import { hour } from "./when.js";
import { t } from "./words.js";

export const KINDS = ["verify", "check", "handle", "recheck"];
export const kindName = (kind) => ({ verify: t("核实"), check: t("核查"), handle: t("处置"), recheck: t("复查") })[kind];
export const kindAsks = (kind) => ({ verify: t("到现场看是否属实"), check: t("到现场看是否处置到位"), handle: t("处置后反馈"), recheck: t("到现场看是否整改") })[kind];
export const KIND_ICONS = { verify: "map-pin-check", check: "eye-check", handle: "tool", recheck: "refresh" };
// The record that answers a kind, and the part its photos play.
export const ANSWERS = { verify: { type: "verification", role: "near" }, check: { type: "check", role: "check" }, handle: { type: "feedback", role: "after" } };

const UNDER_WAY = new Set(["queued", "sending", "sent", "held"]);
const CONFIRMED = 100;
const FAILED = new Set(["refused", "conflict", "gone"]);

// {tasks, rechecks, more, at}: each task with `answer` (the record that answers it and is not yet known to the server's
// list, or null) and `failed` (an answer that was not taken).
export async function tasksOf(store) {
  const pack = await store.pack("tasks");
  const data = pack?.data ?? { tasks: [], rechecks: [], more: false };
  const own = data.tasks.length ? await answersIn(store) : [];
  const tasks = data.tasks.map((task) => ({ ...task, ...answered(task, own, pack.at) }));
  return { tasks: tasks.sort(byTimeLeft), rechecks: data.rechecks ?? [], more: data.more, at: pack?.at ?? null };
}

// Answers of this phone, newest first: all that are under way or not taken, and the last that were confirmed.
async function answersIn(store) {
  const types = new Set(Object.values(ANSWERS).map(({ type }) => type));
  const open = await Promise.all([...UNDER_WAY, ...FAILED].map((state) => store.inState(state)));
  const done = (await store.records({ limit: CONFIRMED })).filter((record) => record.state === "confirmed");
  return [...open.flat(), ...done].filter((record) => types.has(record.type)).sort((a, b) => b.seq - a.seq);
}

function answered(task, own, packAt) {
  const given = own.filter((record) => record.type === ANSWERS[task.kind].type && [task.number, task.record].includes(record.body.case));
  // Confirmed before the list was made: the list knows it, and asks again.
  const fresh = given.find((record) => UNDER_WAY.has(record.state) || (record.state === "confirmed" && Date.parse(record.confirmed_at) >= Date.parse(packAt)));
  return { answer: fresh ?? null, failed: fresh ? null : (given.find((record) => FAILED.has(record.state)) ?? null) };
}

const last = "9999";
const byTimeLeft = (a, b) => (a.due_at ?? last).localeCompare(b.due_at ?? last) || a.number.localeCompare(b.number);

export const openTasks = async (store) => {
  const { tasks, rechecks } = await tasksOf(store);
  return tasks.filter((task) => !task.answer).length + rechecks.length;
};

// What was seen at this hour of the day is checked at this hour: a night market is gone by noon.
export const isItsHour = (task, at = hour()) => task.kind === "check" && task.at_hour === at && !task.answer;
