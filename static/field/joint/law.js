// What the law asks of a seizure, an impounding, a preservation, a referral: said before it is sent, with the article.
// The sentences come from the server's rules; here stands only when each of them holds.

import { day } from "../lib/when.js";
import { t } from "../lib/words.js";

const DAY = 86_400_000;
const APPROVAL_AFTER = DAY;
const COERCIVE = new Set(["seized", "impounded"]);

const rule = (law, field) => law.fields.find((one) => one.field === field);
const sentence = (law, field, order = 0) => rule(law, field)?.says.at(order) ?? t("须填写");
export const asked = (law, field) => Boolean(rule(law, field)?.required);
export const coercive = (law) => COERCIVE.has(law.kind);

// The words of a thing with its number: "三轮车 1 辆".
export const itemLines = (items) => items.filter((one) => one.name.trim()).map((one) => [one.name.trim(), `${one.count.trim() || "1"}${one.unit.trim()}`].join(" "));

const later = (date, days) => new Date(Date.parse(`${date}T12:00:00Z`) + days * DAY).toISOString().slice(0, 10);
const isWeekend = (date) => [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay());

// The last day to which things may be kept; "" where the law sets none. The server tells it for the days to come, holidays
// counted; beyond them weekends are all that is known here.
export function lastDay(law, at) {
  const { term } = law;
  if (!term) return "";
  const begun = day(at);
  if (term.latest?.[begun]) return term.latest[begun];
  if (term.unit === "calendar_day") return later(begun, term.days);
  let date = begun;
  for (let left = term.days; left > 0;) {
    date = later(date, 1);
    if (!isWeekend(date)) left -= 1;
  }
  return date;
}

// [[field, sentence]] of what is still asked. `officers`: those chosen, as the squad tells them.
export function faults(law, form, officers, at) {
  const found = [];
  const ask = (field, broken, says) => { if (broken) found.push([field, says]); };
  ask("agency", !form.agency, t("请选择实施单位"));
  ask("agency", form.agency && law.agencies.length && !law.agencies.includes(form.agency), sentence(law, "agency"));
  for (const field of ["to_agency", "basis", "approver"]) ask(field, asked(law, field) && !form[field].trim(), sentence(law, field));
  ask("approved_at", approvedLate(law, form, at), sentence(law, "approved_at"));
  ask("officers", officers.length < (law.officers || 0), sentence(law, "officers"));
  ask("officers", law.officers && officers.some((one) => one.certified === false), sentence(law, "officers", -1));
  ask("items", asked(law, "items") && !itemLines(form.items).length, sentence(law, "items"));
  ask("deadline", asked(law, "deadline") && !form.deadline, sentence(law, "deadline"));
  ask("deadline", form.deadline && form.deadline < day(at), t("期限不得早于发生时间"));
  const last = lastDay(law, at);
  ask("deadline", form.deadline && last && form.deadline > last, law.term?.says);
  ask("signed", law.taking && form.signed === "received" && !form.signature, t("请当事人签收清单：在屏幕上签名，或拍下签收单；不签的选“拒签”"));
  ask("witness", law.taking && form.signed === "refused" && !form.witness.trim() && !form.filmed, t("当事人拒绝签名的，请写明见证人，或者拍照、录像记录"));
  return found;
}

function approvedLate(law, form, at) {
  if (!form.approved_at) return false;
  const approved = Date.parse(`${form.approved_at}:00+08:00`);
  if (coercive(law)) return approved > at.getTime() + APPROVAL_AFTER;
  return law.kind === "preserved" && approved > at.getTime();
}
