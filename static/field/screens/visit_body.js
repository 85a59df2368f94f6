// What the form of a visit says, as the body of a record; what is still missing, in words.

import { t } from "../lib/words.js";

// Photos say by their role which finding they show: the letter is that of its number; later ones show the visit.
const LETTERS = "abcde";
export const findingRole = (key) => `finding ${key}`;

const said = (findings) => findings.filter((one) => one.text.trim());

export function bodyOf(content, checklist) {
  const body = {
    kind: content.kind,
    complete: content.complete,
    signed: content.signed,
    findings: said(content.findings).map(({ text, severity }) => ({ text: text.trim(), severity })),
  };
  if (content.recheck) body.recheck = true;
  if (content.corrected.length) body.corrected = content.corrected;
  const answers = Object.entries(content.answers).filter(([, answer]) => answer.ok !== null && answer.ok !== undefined);
  if (checklist && answers.length) {
    body.checklist = checklist.id;
    body.answers = Object.fromEntries(answers.map(([item, { ok, note }]) => [item, { ok, ...(note?.trim() ? { note: note.trim() } : {}) }]));
  }
  if (content.paper) {
    body.order = { kind: content.paper };
    if (content.paper_number.trim()) body.order.number = content.paper_number.trim();
    if (content.due_on) body.order.due_on = content.due_on;
  }
  for (const name of ["witness", "note"]) if (content[name].trim()) body[name] = content[name].trim();
  return body;
}

// Photos of findings with the number that each finding will bear.
export function rolesOf(content, files) {
  const roles = new Map(said(content.findings).map(({ key }, place) => [findingRole(key), place < LETTERS.length ? `finding_${LETTERS[place]}` : "finding"]));
  return files.map((file) => ({ ...file, role: roles.get(file.role) ?? (file.role.startsWith("finding ") ? "finding" : file.role) }));
}

export function faultsOf(content, { inspects, signature }) {
  const found = {};
  const failed = Object.values(content.answers).some((answer) => answer.ok === false);
  if (content.kind === "inspection" && !inspects) found.kind = t("现在不能作行政检查，请选择巡查或走访");
  if (content.paper === "order" && content.kind !== "inspection") found.paper = t("责令改正只能在行政检查后作出，巡查、走访请出具隐患提示单");
  if (content.paper === "order" && !content.due_on) found.due_on = t("责令改正须填写整改期限");
  if (content.paper && !said(content.findings).length && !failed && !content.recheck) found.findings = t("出具文书须写明发现的问题");
  if (content.signed === "received" && !signature) found.signed = t("请在屏幕上签名，或拍下签收单");
  if (content.signed === "refused" && !content.witness.trim()) found.witness = t("拒签须填写见证人，没有的写明已录像");
  return found;
}
