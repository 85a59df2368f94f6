// Who is out together: the leader's code, who is in, those without a phone of ours by name and certificate. For outings
// and for rounds: `room` is "outing" or "round", `ref` how records name it.

import { code as qr } from "../photo/code.js";
import { scan } from "../photo/scan.js";
import { html, nothing } from "../lib/html.js";
import { button, chip, confirm, field, icon, select, sheet, time } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { agencyName } from "./outings.js";

// What the leader's QR says: it opens the page of checking in, also on a phone that never heard of the outing.
export const joinText = (room, ref, code) => `${location.origin}/field#/join/${room}/${encodeURIComponent(ref)}/${encodeURIComponent(code)}`;

// Where what was scanned or typed leads to: an address of the app; null for what is no code of ours.
export function joinHash(text) {
  const given = text.trim();
  const found = given.match(/^https?:\/\/[^/]+\/field\/?(#\/join\/.+)$/)?.[1];
  if (found) return found;
  const old = given.match(/^https?:\/\/[^/]+\/field\/join\?(.*)$/)?.[1];
  const code = old === undefined ? given : new URLSearchParams(old).get("code") ?? "";
  return /^[A-Za-z0-9_-]{6,40}$/.test(code) ? `#/join?code=${encodeURIComponent(code)}` : null;
}

// Reads the leader's code, then shows what it is of.
export async function scanToJoin(app) {
  const text = await scan({ label: t("扫码签到"), hint: t("对准负责人手机上的二维码。"), typed: t("签到码") });
  if (text === null) return;
  const hash = joinHash(text);
  if (hash) app.go(hash);
  else app.toast(t("这不是签到二维码。"), { tone: "wait" });
}

export const showCode = (room, ref, code) => sheet(t("签到二维码"), () => html`<div class="join-code">${qr(joinText(room, ref, code), { label: t("签到二维码") })}
  <p>${t("参加人员用手机扫码签到；没有网络也可以，联网后自动送达。")}</p><p class="soft">${t("签到码")} <span class="num join-word">${code}</span></p></div>`);

function member(one, words) {
  return html`<li class="member"><span class="member-icon">${icon(one.leads ? "star" : "user")}</span><span class="member-body"><strong>${one.name}</strong><span class="soft">${agencyName(words, one.agency)}${one.me ? ` · ${t("本人")}` : ""}</span></span>
    <span class="member-marks">${one.leads ? chip(t("负责人"), { name: "star" }) : nothing}${one.certified ? chip(t("持证"), { tone: "good", name: "certificate" }) : nothing}
    ${!one.checked_in_at ? chip(t("未签到"), { tone: "wait", name: "user-x" }) : one.checked_out_at ? chip(t("已离开"), { name: "logout" }) : html`<span class="soft">${time(one.checked_in_at)}</span>`}
    ${one.waiting ? chip(t("待传"), { name: "clock" }) : nothing}</span></li>`;
}

// Certified ones first, leaders before them.
export const inOrder = (squad) => [...squad].sort((one, other) => rank(one) - rank(other));
const rank = (one) => (one.leads ? 0 : 1) + (one.certified ? 0 : 2) + (one.checked_in_at ? 0 : 4);

// `squad`: members; `code`: of those who lead; `open`: whether people still come and go.
export function squadPart(app, state, { room, ref, squad, code, words, open, here, about }) {
  const here_ = squad.filter((one) => one.checked_in_at && !one.checked_out_at).length;
  return html`<section class="card" aria-labelledby="squad-title"><h2 id="squad-title">${t("人员")} <span class="soft num">${t("在场 %(n)s 人", { n: here_ })}</span></h2>
    <ul class="members">${inOrder(squad).map((one) => member(one, words))}</ul>
    ${open && code ? button(t("签到二维码"), () => showCode(room, ref, code), { name: "qrcode" }) : nothing}
    ${open && here ? html`${byName(app, state, { room, ref, words, about })}
      ${button(t("我先离开"), () => leave(app, { room, ref, about }), { kind: "quiet", name: "logout" })}` : nothing}</section>`;
}

async function leave(app, { room, ref, about }) {
  if (!(await confirm(t("先离开？"), t("离开时间按现在记录；之后仍可以再次扫码签到。"), t("离开")))) return;
  await app.capture({ type: "check_in", body: { [room]: ref, out: true }, about: { title: t("离开"), ...about } });
  app.toast(t("已记录离开。"));
}

// Somebody of a body whose people have no account here checks in on this phone.
function byName(app, state, { room, ref, words, about }) {
  const form = (state.member ??= { name: "", agency: "", certificate: "", errors: {} });
  const change = (changes) => { Object.assign(form, changes); app.redraw(); };
  const send = async () => {
    const [name, certificate] = [form.name.trim(), form.certificate.trim()];
    const errors = { ...(name ? {} : { "member-name": t("请填写姓名") }), ...(form.agency ? {} : { "member-agency": t("请选择单位") }) };
    if (/[@#;；]/.test(name)) errors["member-name"] = t("姓名里不能有 @ # ; 这些符号");
    if (/[#;；]/.test(certificate)) errors["member-certificate"] = t("证号里不能有 # ; 这些符号");
    if (Object.keys(errors).length) return change({ errors });
    const body = { [room]: ref, name, agency: form.agency, ...(certificate ? { certificate_no: certificate } : {}) };
    await app.capture({ type: "check_in", body, about: { title: t("签到 %(name)s", { name }), ...about } });
    app.toast(t("%(name)s 已签到。", { name }));
    return change({ name: "", certificate: "", errors: {} });
  };
  return html`<details class="fold" ?open=${Object.keys(form.errors).length > 0}><summary>${icon("user-plus")}<span>${t("没有手机的人员签到")}</span></summary><div class="fold-body">
    ${field("member-name", t("姓名"), form.name, (name) => { form.name = name; }, { required: true, maxlength: 80, errors: form.errors })}
    ${select("member-agency", t("单位"), [["", t("请选择")], ...words.agencies.map((one) => [one.value, one.name])], form.agency, (agency) => change({ agency }), { errors: form.errors })}
    ${field("member-certificate", t("执法证号"), form.certificate, (certificate) => { form.certificate = certificate; }, { maxlength: 60, hint: t("没有执法证的不填；不填的不能作为执法人员。"), errors: form.errors })}
    ${button(t("签到"), send, { name: "user-check" })}</div></details>`;
}
