// What the form of a visit says, as the body of a record, and back; what is still missing, in words.

import { uuid } from "../lib/ids.js";
import { t } from "../lib/words.js";

// Photos say by their role which finding they show: the letter is that of its number; later ones show the visit.
const LETTERS = "abcde";
export const findingRole = (key) => `finding ${key}`;

export const blank = (more) => ({
  id: uuid(), kind: "", checklist: null, answers: {}, findings: [], corrected: [], recheck: false, paper: "", paper_number: "", due_on: "",
  signed: "not_asked", witness: "", note: "", complete: true, sure: false, photos: null, signature: null, film: null, ...more,
});

export const freshFinding = (severity) => ({ key: uuid().slice(-6), text: "", severity, category: "" });

// What was found: in words of one's own, then the questions of the checklist whose answer is bad. {key, body} of each.
function found(content, checklist) {
  const own = content.findings.filter((one) => one.text.trim()).map(({ key, text, severity, category }) => ({ key, body: { text: text.trim(), severity, ...(category ? { category } : {}) } }));
  return [...own, ...failed(content, checklist).map(({ item, note }) => ({ key: `item-${item.id}`, body: { item: item.id, text: note?.trim() || `不符合：${item.text}` } }))];
}

const answered = (content) => Object.entries(content.answers).filter(([, answer]) => answer.ok === true || answer.ok === false);
// In the order of the checklist; the server would put the same into words, but in an order that no photo can name.
const failed = (content, checklist) => (checklist?.items ?? []).filter(({ id }) => content.answers[id]?.ok === false).map((item) => ({ item, note: content.answers[item.id].note }));

export function bodyOf(content, checklist, filmed) {
  const body = { kind: content.kind, complete: content.complete, signed: content.signed, findings: found(content, checklist).map((one) => one.body) };
  if (content.recheck) body.recheck = true;
  if (content.corrected.length) body.corrected = content.corrected;
  const answers = answered(content);
  if (checklist && answers.length) {
    body.checklist = checklist.id;
    body.answers = Object.fromEntries(answers.map(([item, { ok, note }]) => [item, { ok, ...(!ok && note?.trim() ? { note: note.trim() } : {}) }]));
  }
  if (content.paper) {
    body.order = { kind: content.paper };
    if (content.paper_number.trim()) body.order.number = content.paper_number.trim();
    if (content.due_on) body.order.due_on = content.due_on;
  }
  if (content.signed === "refused") body.witness = content.witness.trim() || (filmed ? FILMED : undefined);
  if (content.note.trim()) body.note = content.note.trim();
  return body;
}

// What stands for the witness where nobody but the film saw it; the server knows it by this word (`squads.rules.FILMED`).
export const FILMED = "已录像";

// The form of a record that the server did not take.
export function fromRecord({ id, body, attachments }) {
  const findings = (body.findings ?? []).filter((one) => !one.item).map(({ text, severity, category = "" }) => ({ ...freshFinding(severity), text, category }));
  const bad = (body.findings ?? []).filter((one) => one.item);
  const keys = [...findings.map(({ key }) => key), ...bad.map(({ item }) => `item-${item}`)];
  const roleOf = (role) => (role.startsWith("finding_") ? findingRole(keys[LETTERS.indexOf(role.slice(-1))]) : role);
  const photos = attachments.filter(({ role }) => role !== "signature" && role !== "film").map((one) => ({ ...one, key: one.sha256, role: roleOf(one.role) }));
  return blank({
    id, kind: body.kind, checklist: body.checklist ?? null, answers: body.answers ?? {}, findings, corrected: body.corrected ?? [], recheck: Boolean(body.recheck),
    paper: body.order?.kind ?? "", paper_number: body.order?.number ?? "", due_on: body.order?.due_on ?? "", signed: body.signed, witness: body.witness === FILMED ? "" : body.witness ?? "",
    note: body.note ?? "", complete: body.complete, photos: { items: photos, note: null }, signature: attachments.find((one) => one.role === "signature") ?? null, film: attachments.find((one) => one.role === "film") ?? null,
  });
}

// Photos of findings with the number that each finding will bear.
export function rolesOf(content, checklist, files) {
  const roles = new Map(found(content, checklist).map(({ key }, place) => [findingRole(key), place < LETTERS.length ? `finding_${LETTERS[place]}` : "finding"]));
  // Those of a finding that was taken off again show nothing any more.
  return files.filter(({ role }) => !role.startsWith("finding ") || roles.has(role)).map((file) => ({ ...file, role: roles.get(file.role) ?? file.role }));
}

// `may`: as lib/nights.js says of the round; `shown(role)`: whether there are photos of that role.
export function faultsOf(content, { may, signed, filmed, checklist, shown }) {
  const wrong = {};
  if (!content.kind) wrong.kind = t("请选择方式");
  if (content.kind === "inspection" && may === "no") wrong.kind = t("现在不能作行政检查，请选择巡查或走访");
  if (content.kind === "inspection" && may === "sure" && !content.sure) wrong.sure = t("行政检查须有两名以上持证执法人员在场，请确认或选择巡查、走访");
  if (content.paper === "order" && content.kind !== "inspection") wrong.paper = t("责令改正只能在行政检查后作出，巡查、走访请出具隐患提示单");
  if (content.paper === "order" && !content.due_on) wrong.due_on = t("责令改正须填写整改期限");
  if (content.paper && !found(content, checklist).length) wrong.findings = t("出具文书须写明发现的问题");
  // Whoever photographed something has found something.
  if (content.findings.some((one) => !one.text.trim() && shown(findingRole(one.key)))) wrong.findings = t("有的问题没有写明，请写明或去掉");
  if (content.signed === "received" && !signed) wrong.signed = t("请在屏幕上签名，或拍下签收单");
  if (content.signed === "refused" && !content.witness.trim() && !filmed) wrong.witness = t("拒签须填写见证人，或者录像");
  return wrong;
}
