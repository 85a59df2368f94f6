// Who is out together: the leader's code, who is in, those without a phone of ours by name and certificate. For outings
// and for rounds: `room` is "outing" or "round", `ref` how records name it.

import { scan } from "../photo/scan.js";
import { html, nothing } from "../lib/html.js";
import { inGroups, plainCode } from "../lib/ids.js";
import { button, chip, confirm, field, icon, moment, select, sheet } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { agencyName } from "./outings.js";
import { SmallForm } from "./small.js";

// What the leader's QR says: it opens the page of checking in, also on a phone that never heard of the outing.
export const joinText = (room, ref, code) => `${location.origin}/field#/join/${room}/${encodeURIComponent(ref)}/${encodeURIComponent(code)}`;

// Where what was scanned or typed leads to: an address of the app; null for what is no code of ours.
export function joinHash(text) {
  const given = text.trim();
  const found = given.match(/^https?:\/\/[^/]+\/field\/?(#\/join\/.+)$/)?.[1];
  if (found) return found;
  const old = given.match(/^https?:\/\/[^/]+\/field\/join\?(.*)$/)?.[1];
  const code = plainCode(old === undefined ? given : new URLSearchParams(old).get("code") ?? "");
  return code ? `#/join?code=${code}` : null;
}

// Reads the leader's code, then shows what it is of.
export async function scanToJoin(app) {
  const text = await scan({ label: t("扫码签到"), hint: t("对准负责人手机上的二维码。"), typed: t("签到码") });
  if (text === null) return;
  const hash = joinHash(text);
  if (hash) app.go(hash);
  else app.toast(t("这不是签到二维码。"), { tone: "wait" });
}

// What draws codes comes a little later than the app itself; the word that can be typed instead is always there.
export async function showCode(room, ref, code) {
  const label = t("签到二维码");
  const drawn = await import("../photo/code.js").then(({ code: qr }) => qr(joinText(room, ref, code), { label }), () => nothing);
  return sheet(label, () => html`<div class="join-code">${drawn}
    <p>${t("参加人员用手机扫码签到；没有网络也可以，联网后自动送达。")}</p><p class="soft">${t("签到码")} <span class="num join-word">${inGroups(code)}</span></p></div>`);
}

function member(one, words) {
  return html`<li class="member"><span class="member-icon">${icon(one.leads ? "star" : "user")}</span><span class="member-body"><strong>${one.name}</strong><span class="soft">${agencyName(words, one.agency)}${one.me ? ` · ${t("本人")}` : ""}</span></span>
    <span class="member-marks">${one.leads ? chip(t("负责人"), { name: "star" }) : nothing}${one.certified ? chip(t("持证"), { tone: "good", name: "certificate" }) : nothing}
    ${!one.checked_in_at ? chip(t("未签到"), { tone: "wait", name: "user-x" }) : one.checked_out_at ? chip(t("已离开"), { name: "logout" }) : html`<span class="soft">${moment(one.checked_in_at)}</span>`}
    ${one.waiting ? chip(t("待传"), { name: "clock" }) : nothing}</span></li>`;
}

// Certified ones first, leaders before them.
export const inOrder = (squad) => [...squad].sort((one, other) => rank(one) - rank(other));
const rank = (one) => (one.leads ? 0 : 1) + (one.certified ? 0 : 2) + (one.checked_in_at ? 0 : 4);

// The form by which somebody without a phone checks in; `names`: of the outing or round.
export const memberForm = (app, names) => SmallForm.open(app, "member", { "member-name": "", "member-agency": "", "member-certificate": "" }, names);

// `squad`: members; `code`: of those who lead; `open`: whether people still come and go; `here`: whether I am there.
export function squadPart(app, form, { room, ref, squad, code, words, open, here, about }) {
  const here_ = squad.filter((one) => one.checked_in_at && !one.checked_out_at).length;
  const expected = squad.some((one) => one.me && !one.checked_in_at);
  return html`<section class="card" aria-labelledby="squad-title"><h2 id="squad-title">${t("人员")} <span class="soft num">${t("在场 %(n)s 人", { n: here_ })}</span></h2>
    <ul class="members">${inOrder(squad).map((one) => member(one, words))}</ul>
    ${open && code ? button(t("签到二维码"), () => showCode(room, ref, code), { name: "qrcode" }) : nothing}
    ${open && expected ? button(t("我已到岗"), () => arrive(app, { room, ref, about }), { kind: "primary", name: "user-check" }) : nothing}
    ${open && here ? html`${byName(app, form, { room, ref, words, about })}
      ${button(t("我先离开"), () => leave(app, { room, ref, about }), { kind: "quiet", name: "logout" })}` : nothing}</section>`;
}

// Who was named beforehand needs no code.
async function arrive(app, { room, ref, about }) {
  await app.capture({ type: "check_in", body: { [room]: ref }, about: { title: t("签到"), ...about } });
  app.toast(t("已签到。"));
}

async function leave(app, { room, ref, about }) {
  if (!(await confirm(t("先离开？"), t("离开时间按现在记录；之后仍可以再次扫码签到。"), t("离开")))) return;
  await app.capture({ type: "check_in", body: { [room]: ref, out: true }, about: { title: t("离开"), ...about } });
  app.toast(t("已记录离开。"));
}

// Somebody of a body whose people have no account here checks in on this phone.
function byName(app, form, { room, ref, words, about }) {
  const line = (name, label, more) => field(name, label, form.content[name], form.typed(name), { errors: form.errors, ...more });
  return html`<details class="fold" ?open=${form.shown}><summary>${icon("user-plus")}<span>${t("没有手机的人员签到")}</span></summary><div class="fold-body">
    ${line("member-name", t("姓名"), { required: true, maxlength: 80 })}
    ${select("member-agency", t("单位"), [["", t("请选择")], ...words.agencies.map((one) => [one.value, one.name])], form.content["member-agency"], form.typed("member-agency"), { errors: form.errors })}
    ${line("member-certificate", t("执法证号"), { maxlength: 60, hint: t("没有执法证的不填；不填的不能作为执法人员。") })}
    ${button(t("签到"), () => checkIn(app, form, { room, ref, about }), { name: "user-check" })}</div></details>`;
}

async function checkIn(app, form, { room, ref, about }) {
  const { "member-agency": agency, ...typed } = form.content;
  const [name, certificate] = [typed["member-name"].trim(), typed["member-certificate"].trim()];
  const errors = { ...(name ? {} : { "member-name": t("请填写姓名") }), ...(agency ? {} : { "member-agency": t("请选择单位") }) };
  if (/[@#;；]/.test(name)) errors["member-name"] = t("姓名里不能有 @ # ; 这些符号");
  if (/[#;；]/.test(certificate)) errors["member-certificate"] = t("证号里不能有 # ; 这些符号");
  if (!form.sound(errors)) return;
  await form.settled();
  const body = { [room]: ref, name, agency, ...(certificate ? { certificate_no: certificate } : {}) };
  await app.capture({ id: form.id, type: "check_in", body, about: { title: t("签到 %(name)s", { name }), ...about }, draft: form.name });
  await form.empty({ "member-agency": agency }); // the next one is mostly a colleague
  app.toast(t("%(name)s 已签到。", { name }));
}
