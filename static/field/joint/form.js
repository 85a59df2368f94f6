// A form that is begun, gone on with, or put right: with `wanted` the record that the server did not take.

import { Draft } from "../lib/draft.js";
import { MENDABLE } from "../lib/records.js";

// {record, draft, errors}; `blank()`: a new form, which names its record (`id`); `fromRecord(record)`: what was sent.
export async function openForm(app, { name, wanted, blank, fromRecord }) {
  const kept = wanted ? await app.store.record(wanted) : null;
  const record = kept && MENDABLE.has(kept.state) ? kept : null;
  if (kept && !record) app.go(`#/ledger/${kept.id}`); // it has been taken meanwhile
  const called = record ? `${name} again ${record.id}` : name;
  let draft = await Draft.open(app.store, called, record ? fromRecord(record) : blank());
  // A draft whose record is there was sent: the next one is another.
  if (!record && draft.resumed && (await app.store.record(draft.content.id))) {
    await draft.drop();
    draft = await Draft.open(app.store, called, blank());
  }
  return { record, draft, errors: refusals(record) };
}

// What the server said, by field of the form.
function refusals(record) {
  const found = {};
  for (const { field, reason } of record?.errors ?? []) {
    const key = field.replace(/^body\./, "").replace(/^premises.*/, "premises_name");
    found[key] = [found[key], reason].filter(Boolean).join("；");
  }
  return found;
}
