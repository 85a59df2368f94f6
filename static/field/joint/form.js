// A form that is begun, gone on with, put right or thrown away. Forms of which several may be begun at a time (of a visit,
// an incident, a hand-over) are each kept under a name of their own, that of the record they will be.

import { Draft } from "../lib/draft.js";
import { discardPhotos } from "../lib/photos_part.js";
import { MENDABLE } from "../lib/records.js";
import { faultsOf } from "../lib/saying.js";
import { confirm } from "../lib/ui.js";
import { joined, t } from "../lib/words.js";

const called = (kind, id) => `${kind} ${id}`;

// {record, draft, errors}; `blank()`: a new form, which names its record (`id`); `fromRecord(record)`: what was sent;
// with `wanted` the record that the server did not take.
export async function openForm(app, { name, wanted, blank, fromRecord }) {
  const kept = wanted ? await app.store.record(wanted) : null;
  const record = kept && MENDABLE.has(kept.state) ? kept : null;
  if (kept && !record) app.go(`#/ledger/${kept.id}`); // it has been taken meanwhile
  const named = record ? `${name} again ${record.id}` : name;
  const draft = record ? await Draft.open(app.store, named, fromRecord(record)) : await Draft.unsent(app.store, named, blank);
  return { record, draft, errors: refusals(record) };
}

// Forms of some kinds that are begun and not sent, those left last first: {kind, content, at}.
export async function begunForms(store, ...kinds) {
  const found = [];
  for (const { name, content, at } of await store.drafts()) {
    const kind = kinds.find((one) => name === called(one, content?.id));
    if (kind && !(await store.record(content.id))) found.push({ kind, content, at });
  }
  return found.sort((one, other) => other.at - one.at);
}

// As openForm, of forms that may be several: the one called `draft`, else the one left last that is `mine(content)`, else
// a new one.
export async function openOneOf(app, kind, { wanted, draft, mine, blank, fromRecord }) {
  const meant = ({ content }) => (draft ? content.id === draft : mine(content));
  const kept = wanted ? null : (await begunForms(app.store, kind)).find(meant)?.content;
  const named = draft && !(await app.store.record(draft)) ? { id: draft } : {};
  const content = kept ?? { ...blank(), ...named };
  return openForm(app, { name: wanted ? kind : called(kind, content.id), wanted, blank: () => content, fromRecord });
}

// What the server said, by field of the form.
function refusals(record) {
  const found = {};
  for (const [field, reason] of Object.entries(record ? faultsOf(record) : {})) {
    const key = field.replace(/^premises.*/, "premises_name");
    found[key] = joined([found[key], reason], "；");
  }
  return found;
}

// Throws the form away with its files, once the person has said so; says whether.
export async function giveUp({ draft, photos }) {
  if (!(await confirm(t("放弃这张表？"), t("填写的内容和照片会从手机上删除。"), t("放弃")))) return false;
  await draft.giveUp();
  await discardPhotos(photos);
  return true;
}
