// Time as the phone has it and as it is said. The only place where the clock is read.

import { t } from "./words.js";

const ZONE = "Asia/Shanghai";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// By how much the phone's clock is behind the server's, in ms; known from the server's last answer.
let behind = 0;

export const now = () => new Date(Date.now() + (globalThis.gridopsClockShift || 0));
// The time as the server has it, as far as it is known.
export const right = (at = now()) => new Date(at.getTime() + behind);
export const clockOff = () => behind;

// Learns from an answer how far off this clock is; the way there and back is taken half.
export function compare(serverNow, asked, answered) {
  const told = Date.parse(serverNow); // to the second where it is the Date of an answer
  if (Number.isNaN(told)) return;
  const off = told - (asked.getTime() + answered.getTime()) / 2;
  behind = Math.abs(off) < 2000 ? 0 : Math.round(off);
}

// The wall clock with its offset, as a record says a time.
export function iso(at = now()) {
  const away = -at.getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const local = new Date(at.getTime() + away * MINUTE).toISOString().slice(0, 23);
  return `${local}${away < 0 ? "-" : "+"}${two(away / 60)}:${two(away % 60)}`;
}

function parts(at) {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });
  const [day, time] = format.format(at).split(" ");
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
  return t("%(m)s 分", { m: minutes });
}

// {text, late, soon}: "还剩 3 小时 10 分" or "超时 2 小时".
export function left(due, at = right()) {
  const ms = Date.parse(due) - at.getTime();
  const words = lasted(ms);
  return { text: ms < 0 ? t("超时 %(time)s", { time: words }) : t("还剩 %(time)s", { time: words }), late: ms < 0, soon: ms >= 0 && ms < 2 * HOUR };
}

export const ago = (at) => t("%(time)s前", { time: lasted(right().getTime() - new Date(at).getTime()) });
