// Time as the phone has it and as it is said. Who reads `Date.now()` elsewhere only compares marks of the phone with
// each other: turns, files, positions.

import { t } from "./words.js";

const ZONE = "Asia/Shanghai";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const QUICK_MS = 3_000; // an answer that took longer, a large file on its way, says nothing of clocks
const TOLD_TO_MS = 1_000; // the server tells the second
// By how much the phone's clock is behind the server's, and how exactly that is known, in ms; null: not known yet.
let known = null;

export const now = () => new Date(Date.now() + (globalThis.gridopsClockShift || 0));
// The time as the server has it, as far as it is known.
export const right = (at = now()) => new Date(at.getTime() + clockOff());
export const clockOff = () => (!known || Math.abs(known.off) < 2000 ? 0 : Math.round(known.off));

// What was known when the app was open last.
export function recall(clock) {
  if (Number.isFinite(clock?.off) && Number.isFinite(clock?.error)) known = clock;
}

// Learns from an answer how far off this clock is; the way there and back is taken half. The most exact answer holds,
// until one contradicts it: then the clock was set. Gives what is known where that is new.
export function compare(serverNow, asked, answered) {
  const told = Date.parse(serverNow);
  const took = answered.getTime() - asked.getTime();
  if (Number.isNaN(told) || took < 0 || took >= QUICK_MS) return null;
  const heard = { off: told - asked.getTime() - took / 2, error: took / 2 + TOLD_TO_MS };
  const contradicts = known && Math.abs(heard.off - known.off) > heard.error + known.error;
  if (known && !contradicts && heard.error >= known.error) return null;
  known = heard;
  return known;
}

// The wall clock with its offset, as a record says a time.
export function iso(at = now()) {
  const away = -at.getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const local = new Date(at.getTime() + away * MINUTE).toISOString().slice(0, 23);
  return `${local}${away < 0 ? "-" : "+"}${two(away / 60)}:${two(away % 60)}`;
}

const FORMAT = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" }); // dear to make

function parts(at) {
  const [day, time] = FORMAT.format(at).split(" ");
  return { day, time };
}

// The local hour of the street, 0 to 23.
export const hour = (at = now()) => Number(parts(at).time.slice(0, 2));
export const day = (at = now()) => parts(at).day;
export const full = (at) => { const { day: date, time } = parts(new Date(at)); return `${date} ${time}`; };

// "今天 21:40", "昨天 08:05", "3月5日 10:00", with the year where it is another.
export function said(at) {
  const moment = parts(new Date(at));
  const today = parts(right());
  if (moment.day === today.day) return t("今天 %(time)s", moment);
  if (moment.day === parts(new Date(right().getTime() - DAY)).day) return t("昨天 %(time)s", moment);
  if (moment.day === parts(new Date(right().getTime() + DAY)).day) return t("明天 %(time)s", moment);
  const [year, month, date] = moment.day.split("-").map(Number);
  const known = { year, month, date, time: moment.time };
  return year === Number(today.day.slice(0, 4)) ? t("%(month)s月%(date)s日 %(time)s", known) : t("%(year)s年%(month)s月%(date)s日", known);
}

export function lasted(ms) {
  const whole = Math.abs(ms);
  const [days, hours, minutes] = [Math.floor(whole / DAY), Math.floor((whole % DAY) / HOUR), Math.floor((whole % HOUR) / MINUTE)];
  if (days) return hours ? t("%(d)s 天 %(h)s 小时", { d: days, h: hours }) : t("%(d)s 天", { d: days });
  if (hours) return minutes ? t("%(h)s 小时 %(m)s 分", { h: hours, m: minutes }) : t("%(h)s 小时", { h: hours });
  return t("%(m)s 分钟", { m: minutes });
}

// {text, late, soon}: "还剩 3 小时 10 分" or "超时 2 小时".
export function left(due, at = right()) {
  const ms = Date.parse(due) - at.getTime();
  const words = lasted(ms);
  return { text: ms < 0 ? t("超时 %(time)s", { time: words }) : t("还剩 %(time)s", { time: words }), late: ms < 0, soon: ms >= 0 && ms < 2 * HOUR };
}

export function ago(at) {
  const ms = right().getTime() - new Date(at).getTime();
  return ms < MINUTE ? t("刚刚") : t("%(time)s前", { time: lasted(ms) });
}
