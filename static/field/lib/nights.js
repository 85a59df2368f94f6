// Rounds as this phone knows them: what the server said last, and what was recorded here since.

import { came, knownAt, stands } from "./records.js";

const NONE = { rounds: [], rechecks: [], checklists: [], visit_kinds: [], order_kinds: [], signed: [], severities: [], finding_categories: [], themes: [], orders_need: "" };
const OFFICERS = 2;

// By which name records speak of a round.
export const nameOf = (round) => round.record ?? round.number;

// By its number, or by the record that began it, which a planned one gets only then.
export const called = (round, name) => round.record === name || round.number === name;
export const roundOf = (found, id) => found.rounds.find((round) => called(round, id));

// Rounds, re-inspections and lists to choose from; each round with what this phone adds to it.
export async function nights(app) {
  const pack = await app.store.pack("rounds");
  const data = { ...NONE, ...pack?.data };
  const own = (await app.store.ofTypes("round", "visit", "check_in")).filter(stands);
  // What the server has taken and does not show any more when asked afterwards is over.
  const over = (record) => knownAt(record, pack?.at);
  const rounds = data.rounds.map((round) => ({ ...round }));
  for (const record of own) {
    const name = begins(record) ? record.body.number ?? record.id : joins(record) ? record.body.round : null;
    if (!name || over(record) || rounds.some((round) => called(round, name))) continue;
    rounds.unshift(begins(record) ? begun(record) : joined(record));
  }
  const self = { agency: null, certified: null, ...(await app.store.pack("outings"))?.data?.self };
  return { ...data, at: pack?.at, rounds: rounds.map((round) => added(round, own.filter((record) => round.here || record.type !== "check_in" || !over(record)), { ...self, name: app.me.name })), rechecks: unmended(data.rechecks, own) };
}

const begins = (record) => record.type === "round" && record.body.action === "start";
const joins = (record) => record.type === "check_in" && record.body.round && !record.body.name && !record.body.out;
// Re-inspections that are still owed after what this phone recorded.
export const unmended = (rechecks, own) => rechecks.filter((one) => !mended(one, own));
const mended = ({ premises, findings }, own) => findings.length > 0 && findings.every(({ id }) => own.some(({ type, body }) => type === "visit" && body.premises.id === premises && (body.corrected ?? []).includes(id)));

const BARE = {
  number: null, record: null, state: "open", theme: "", groups: 1, inspection: false, approval: null, fault: null, planned_for: null, started_at: null, ended_at: null,
  leads: false, checked_in: true, squad: [], code: null, join: null, grids: [], plan: [], visits: [], may: { start: false, end: false, cancel: false, visit: true }, here: true,
};

// The number comes with the receipt, before the server is asked for the round itself.
const begun = ({ id, body, captured_at, receipt }) => ({ ...BARE, record: id, number: receipt?.number ?? body.number ?? null, theme: body.theme ?? "", groups: body.groups ?? 1, started_at: captured_at, leads: true, code: body.code ?? null, may: { ...BARE.may, end: true, cancel: true } });

const byName = (name) => (name.length === 36 ? { record: name } : { number: name });
// Joined by its code and never heard of: what it is about comes when the leader's phone has told the server.
const joined = ({ body: { round: name }, receipt }) => ({ ...BARE, unheard: true, number: receipt?.number ?? null, ...byName(name) });

// What a form keeps of the round it belongs to, and the round as no more than a form still knows it.
export const kept = (round) => ({ name: nameOf(round), theme: round.theme, inspection: round.inspection, fault: round.fault, started_at: round.started_at });
export const gone = ({ name, ...told }) => ({ ...BARE, ...byName(name), ...told, state: "ended", gone: true });

function added(round, own, self) {
  const of = (record) => called(round, begins(record) ? record.body.number ?? record.id : record.body.round) || record.id === round.record;
  const here = own.filter(of);
  const found = { ...round, visits: [...round.visits], squad: round.squad.map((one) => ({ ...one })), grids: round.grids.map((one) => ({ ...one })), may: { ...round.may } };
  const seen = new Set(round.visits.map((visit) => visit.record));
  for (const record of here) if (!seen.has(record.id)) ADDS[record.type](found, record, self);
  if (round.inspection && round.fault !== null && certifiedHere(found.squad) >= OFFICERS) found.fault = null;
  if (found.visits.length || found.grids.some((one) => one.checked_at)) found.may.cancel = false;
  return found;
}

const ADDS = {
  round(round, { body, captured_at }, self) {
    if (body.action === "end" && round.state === "open") Object.assign(round, { state: "ended", ended_at: captured_at });
    if (body.action === "cancel" && round.state !== "ended") round.state = "cancelled";
    if (body.action === "start") {
      if (round.state === "planned") Object.assign(round, { state: "open", started_at: captured_at, leads: true, code: round.code ?? body.code ?? null, may: { ...round.may, start: false, end: true, visit: true } });
      arrived(round, self, captured_at, { leads: round.leads });
    }
    if (body.action === "grid_checked") {
      for (const code of body.grids) {
        const grid = round.grids.find((one) => one.code === code);
        if (grid) grid.checked_at ??= captured_at;
        else round.grids.push({ code, name: null, checked_at: captured_at });
      }
    }
  },
  visit(round, { id, body, captured_at, about }) {
    round.visits.push({
      id: null, record: id, premises: body.premises.id ?? null, name: about.subject, visited_at: captured_at, kind: body.kind, complete: body.complete,
      recheck: Boolean(body.recheck), findings: (body.findings ?? []).length, order: body.order?.kind ?? null, here: true,
    });
  },
  check_in(round, { body, captured_at }, self) {
    if (body.name) {
      const known = round.squad.find((one) => one.name === body.name && one.agency === body.agency);
      if (known) came(known, captured_at);
      else round.squad.push({ name: body.name, agency: body.agency, certified: Boolean(body.certificate_no), leads: false, checked_in_at: captured_at, checked_out_at: null, me: false });
      return;
    }
    if (body.out) {
      const me = round.squad.find((one) => one.me);
      if (me) me.checked_out_at = captured_at;
      round.checked_in = false;
    } else {
      // Whose code was scanned has begun it, whatever the server knew then.
      if (body.code && round.state === "planned") Object.assign(round, { state: "open", started_at: captured_at, may: { ...round.may, start: false, visit: true } });
      arrived(round, self, captured_at, {});
    }
  },
};

function arrived(round, self, at, more) {
  const me = round.squad.find((one) => one.me);
  if (me) came(me, at);
  else round.squad.unshift({ ...self, leads: false, checked_in_at: at, checked_out_at: null, me: true, ...more });
  round.checked_in = true;
}

// Certified officers of one body who are there, as far as this phone knows.
export function certifiedHere(squad) {
  const counts = new Map();
  for (const one of squad) if (one.certified && one.agency && one.checked_in_at && !one.checked_out_at) counts.set(one.agency, (counts.get(one.agency) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

// Whether a visit may be an inspection: "yes", "sure" (approved; that two officers are there is for people to say) or "no".
export const inspects = (round) => (!round.inspection ? "no" : round.fault === null ? "yes" : "sure");
