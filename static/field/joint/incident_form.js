// An incident between the form and its record.

import { itemLines, lastDay } from "./law.js";
import { kept } from "./outings.js";
import { now } from "../lib/when.js";

const TEXTS = ["party", "basis", "approver", "decision_no", "to_agency", "letter_no", "witness"];

export function fresh(words, outing, id) {
  const law = words.incidents[0];
  const me = outing?.squad.find((one) => one.me);
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, ""])),
    id, outing: outing ? kept(outing) : null, kind: law?.kind ?? "", agency: me?.agency ?? "", premises_name: "", credit_code: "", approved_at: "",
    items: [{ name: "", count: "1", unit: "件" }], officers: me?.certified && me.officer ? [me.officer] : [],
    deadline: law ? lastDay(law, now()) : "", own_deadline: false, signed: "received", photos: null, signature: null, film: null,
  };
}

// What was sent, to be put right.
export function fromRecord(record, words) {
  const { body } = record;
  const law = words.incidents.find((one) => one.kind === body.kind);
  const texts = Object.fromEntries(TEXTS.map((name) => [name, body[name] ?? ""]));
  const items = (body.items ?? "").split("\n").filter(Boolean).map(parted);
  return {
    ...texts, id: record.id, outing: { id: body.outing }, kind: body.kind ?? law?.kind, agency: body.agency ?? "", premises_name: body.premises?.name ?? "", credit_code: body.premises?.credit_code ?? "",
    approved_at: (body.approved_at ?? "").slice(0, 16), items: items.length ? items : [{ name: "", count: "1", unit: "件" }], officers: body.officers ?? [],
    deadline: (body.deadline ?? "").slice(0, 10), own_deadline: true, signed: body.signed ?? "not_asked",
    photos: { items: record.attachments.filter((one) => one.role === "photo").map((one) => ({ ...one, key: one.sha256 })), note: null },
    signature: record.attachments.find((one) => one.role === "signature") ?? null, film: record.attachments.find((one) => one.role === "film") ?? null,
  };
}

function parted(line) {
  const [, name, count, unit] = line.match(/^(.*?) (\d+)(\D*)$/) ?? [null, line, "1", ""];
  return { name, count, unit };
}

// Only what this kind has; a draft keeps what was typed for another.
export function toBody(form, law, outing) {
  const body = { outing, kind: law.kind, agency: form.agency };
  const put = (name, value) => { if (value && (!Array.isArray(value) || value.length)) body[name] = value; };
  const taking = law.taking;
  put("party", form.party.trim());
  put("items", itemLines(form.items).join("\n"));
  put("officers", form.officers);
  put("deadline", form.deadline);
  if (law.kind !== "other") put("basis", form.basis.trim());
  if (taking) {
    put("approver", form.approver.trim());
    put("approved_at", form.approved_at && `${form.approved_at}:00+08:00`);
    put("decision_no", form.decision_no.trim());
    put("signed", form.signed);
    if (form.signed === "refused") put("witness", form.witness.trim());
  }
  if (law.kind === "referred") {
    put("to_agency", form.to_agency.trim());
    put("letter_no", form.letter_no.trim());
  }
  const premises = { ...(form.premises_name.trim() ? { name: form.premises_name.trim() } : {}), ...(form.credit_code.trim() ? { credit_code: form.credit_code.trim() } : {}) };
  if (Object.keys(premises).length) body.premises = premises;
  return body;
}
