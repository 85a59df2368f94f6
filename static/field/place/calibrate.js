// 现场校准: a phone whose fixes are those of 高德 or 百度 though they claim to be WGS-84 is recognised at a known point.
// Its fixes are converted from then on; what the phone itself said is kept beside them.

import { device } from "../lib/device.js";
import { iso } from "../lib/when.js";
import { t } from "../lib/words.js";
import { BD09, GCJ02, fromWgs84, inChina, metresBetween, toWgs84, WGS84 } from "./crs.js";
import { metres } from "./say.js";

export const MOST_ACCURACY_M = 50;
const NORMAL_M = 50; // who stands at a known point stands some metres beside it
const SLACK_M = 40;
const SHIFT_M = { [GCJ02]: [300, 700], [BD09]: [300, 2000], offset: [300, 700] };

// The place of a raw fix {lon, lat} in WGS-84 and the system its numbers are in.
export function correct(raw, calibration) {
  const kind = calibration?.kind ?? "none";
  if (kind === GCJ02 || kind === BD09) {
    const [lon, lat] = toWgs84([raw.lon, raw.lat], kind);
    return { lon, lat, crs: kind };
  }
  if (kind === "offset") return { lon: raw.lon + calibration.dlon, lat: raw.lat + calibration.dlat, crs: WGS84 };
  return { lon: raw.lon, lat: raw.lat, crs: WGS84 };
}

// What a raw fix at a known point {name, lon, lat} tells about the phone:
// {kind, dlon, dlat, residual_m, offset_m, tone, sentence}; `kind` null: nothing, and the sentence says why.
export function judge(raw, point) {
  if (!raw) return refused(0, t("还没有定位，不能校准：请到室外空旷处等一会儿再试。"));
  const [fix, truth] = [[raw.lon, raw.lat], [point.lon, point.lat]];
  const away = metresBetween(truth, fix);
  if (!(raw.accuracy_m <= MOST_ACCURACY_M)) {
    return refused(away, t("误差 %(distance)s，太大，不能校准：请到室外空旷处等一会儿再试。", { distance: metres(raw.accuracy_m ?? 0) }));
  }
  const known = { dlon: truth[0] - fix[0], dlat: truth[1] - fix[1], offset_m: away };
  if (away <= Math.max(raw.accuracy_m, NORMAL_M)) {
    return { ...known, kind: "none", dlon: 0, dlat: 0, residual_m: away, tone: "good", sentence: t("定位正常：与“%(name)s”相差 %(distance)s，不需要校准。", { name: point.name, distance: metres(away) }) };
  }
  for (const kind of inChina(truth) ? [GCJ02, BD09, "offset"] : []) {
    const residual = metresBetween(expected(truth, kind), fix);
    const [least, most] = SHIFT_M[kind];
    if (residual <= SLACK_M + raw.accuracy_m && away >= least - raw.accuracy_m && away <= most + raw.accuracy_m) {
      return { ...known, kind, residual_m: residual, tone: "good", sentence: found(kind, away, residual) };
    }
  }
  return refused(away, t("与“%(name)s”相差 %(distance)s，不像坐标系的偏移，没有校准：请确认正站在这个点旁边，等定位稳定后再试。", { name: point.name, distance: metres(away) }));
}

// Keeps what `judge` found for this phone; gives what is kept.
export async function keep(verdict, point, { settings = device, at = iso() } = {}) {
  if (!verdict.kind) throw new Error("nothing to keep");
  const { kind, dlon, dlat, residual_m } = verdict;
  const kept = { kind, dlon, dlat, at, point: { name: point.name, lon: point.lon, lat: point.lat }, residual_m: Math.round(residual_m) };
  await settings.set("calibration", kept);
  return kept;
}

export const forget = (settings = device) => settings.set("calibration", undefined);

// Where a phone of that kind would see a point. `offset`: one that takes the shift away though it is not there.
const expected = (truth, kind) => (kind === "offset" ? toWgs84(truth, GCJ02) : fromWgs84(truth, kind));

function found(kind, away, residual) {
  const values = { distance: metres(away), rest: metres(residual) };
  if (kind === GCJ02) return t("这部手机的定位偏了 %(distance)s，是高德、腾讯的坐标（GCJ-02）；以后自动换算，换算后相差 %(rest)s。", values);
  if (kind === BD09) return t("这部手机的定位偏了 %(distance)s，是百度的坐标（BD-09）；以后自动换算，换算后相差 %(rest)s。", values);
  return t("这部手机的定位反向偏了 %(distance)s；以后自动加上这个差，校准后相差 %(rest)s。", values);
}

const refused = (away, sentence) => ({ kind: null, offset_m: away, tone: "wait", sentence });
