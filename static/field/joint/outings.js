// The outings that this person is on: what the server said last, and what this phone has recorded since, as one list.
//
// An outing is known by `id`: the UUID of the record that began it, else its number. Counts are additions: those of the
// server, and of this phone's own the ones that are not among them yet (`counted`), so that nothing counts twice.

import { came, knownAt, stands } from "../lib/records.js";
import { day } from "../lib/when.js";

export const TYPES = ["outing", "check_in", "tally", "incident", "handover"];
const WAITING_MS = 48 * 3_600_000;
const ORDER = { open: 0, planned: 1, ended: 2, cancelled: 3 };
const NOTHING = { agencies: [], tallies: [], incidents: [], campaigns: [], outings: [], bases: [], self: null };

// {words, list}: the words of the pack, the outings with the running ones first.
export async function readOutings(app) {
  const [pack, records] = await Promise.all([app.store.pack("outings"), app.store.ofTypes(...TYPES)]);
  const words = { ...NOTHING, ...pack?.data };
  return { words, at: pack?.at, list: merged(words, records, app.me, pack?.at) };
}

export const findOuting = (list, id) => list.find((one) => named(one, id));

// How a record names an outing: by the record that began it where there is one.
export const reference = (outing) => outing.record ?? outing.number;

export const named = (outing, name) => Boolean(name) && (outing.record === name || outing.number === name);

export function merged(words, records, me, packAt) {
  const list = words.outings.map((one) => ({ ...one, id: one.record ?? one.number, known: true, told: true, squad: one.squad.map((member) => ({ ...member })), records: [] }));
  const sorted = [...records].sort((one, other) => one.seq - other.seq);
  // First what begins or joins one, so that what was added to it finds it.
  for (const record of sorted.filter((one) => begins(one) || joins(one))) {
    const known = list.find((one) => named(one, begins(record) ? record.body.number ?? record.id : record.body.outing) || one.record === record.id);
    if (!known && !over(record, packAt)) list.push(begins(record) ? begun(record, words, me) : joined(record, words, me));
  }
  for (const record of sorted) {
    const name = begins(record) ? record.body.number ?? record.id : record.body.outing;
    const outing = list.find((one) => named(one, name) || one.record === record.id);
    if (!outing) continue;
    outing.records.push(record);
    if (record.type === "check_in" && outing.told && knownAt(record, packAt)) continue; // others may have come or left since
    if (stands(record)) APPLIED[record.type](outing, record, words, me);
  }
  for (const outing of list) count(outing, words);
  return list.sort((one, other) => ORDER[one.state] - ORDER[other.state] || (when(other) ?? "").localeCompare(when(one) ?? ""));
}

const begins = (record) => record.type === "outing" && record.body.action === "start";
const joins = (record) => record.type === "check_in" && record.body.outing && !record.body.name && !record.body.out;
export const when = (outing) => outing.started_at ?? outing.planned_for;

// What the server has taken and does not show any more when asked afterwards is over, or was called off. What waited
// for its leader's phone when it was taken is given two days.
function over(record, packAt) {
  if (record.state !== "confirmed" || !packAt) return false;
  const since = Date.parse(packAt) - Date.parse(record.confirmed_at);
  return since > (record.receipt?.waiting_for ? WAITING_MS : 0);
}

const EMPTY = { number: null, planned_for: null, ended_at: null, sums: {}, counted: [], incidents: [], handovers: [], code: null, join: null };

function begun(record, words, me) {
  const campaign = words.campaigns.find((one) => one.code === record.body.campaign);
  return {
    ...EMPTY, id: record.id, record: record.id, number: record.receipt?.number ?? record.body.number ?? null, records: [], known: true, squad: [self(words, me, { leads: true, checked_in_at: record.captured_at })],
    state: "open", started_at: record.captured_at, leads: true, checked_in: true, code: record.body.code ?? null,
    campaign: { code: record.body.campaign, name: campaign?.name ?? record.body.campaign }, grid: null,
    agencies: record.body.agencies ?? campaign?.agencies ?? [],
  };
}

const bare = (id) => ({
  ...EMPTY, id, ...(id.length === 36 ? { record: id } : { record: null, number: id }), records: [], known: false, state: "open", started_at: null,
  leads: false, checked_in: true, campaign: null, grid: null, agencies: [], squad: [],
});

// Joined by its code and never heard of: its name comes when the leader's phone has told the server.
const joined = (record, words, me) => ({ ...bare(record.body.outing), ...(record.receipt?.number ? { number: record.receipt.number } : {}), squad: [self(words, me, { checked_in_at: record.captured_at })] });

// What a form keeps of the outing it belongs to, and the outing as no more than a form or a record still knows it.
export const kept = (outing) => ({ id: outing.id, campaign: outing.campaign, squad: outing.squad });
export const gone = ({ id, ...told }) => ({ ...bare(id), ...told, state: "ended", gone: true });

const self = (words, me, more) => ({ id: null, name: me.name, agency: words.self?.agency ?? null, certified: words.self?.certified ?? null, officer: me.username, leads: false, checked_out_at: null, me: true, ...more });

const APPLIED = {
  outing(outing, record) {
    const { action } = record.body;
    if (action === "start" && outing.state === "planned") Object.assign(outing, { state: "open", started_at: record.captured_at, checked_in: true });
    if (action === "end" && outing.state === "open") Object.assign(outing, { state: "ended", ended_at: record.captured_at, summary: record.body.summary });
    if (action === "cancel" && outing.state !== "ended") outing.state = "cancelled";
  },
  check_in(outing, record, words, me) {
    const { name, agency, certificate_no: certificate, out } = record.body;
    let member = name ? outing.squad.find((one) => one.name === name && one.agency === agency) : outing.squad.find((one) => one.me);
    if (!member) {
      member = name ? other(name, agency, certificate) : self(words, me, { checked_in_at: null });
      outing.squad.push(member);
    }
    if (out) member.checked_out_at = record.captured_at;
    else came(member, record.captured_at);
    if (!name) outing.checked_in = !out;
    member.waiting = record.state !== "confirmed";
  },
  tally() {},
  incident(outing, record) {
    if (outing.incidents.some((one) => one.record === record.id)) return;
    const { kind, agency, items } = record.body;
    outing.incidents = [...outing.incidents, { id: null, record: record.id, kind, agency, items, happened_at: record.captured_at, decision_no: record.body.decision_no ?? null, own: record }];
  },
  handover(outing, record) {
    if (outing.handovers.some((one) => one.record === record.id)) return;
    const { from_agency, to_agency, what, receiver } = record.body;
    outing.handovers = [...outing.handovers, { id: null, record: record.id, from_agency, to_agency, what, receiver, at: record.captured_at, own: record }];
  },
};

// How a record names somebody of another body.
export const officer = (name, agency, certificate) => `${name}@${agency}${certificate ? `#${certificate}` : ""}`;
const other = (name, agency, certificate) => ({ id: null, name, agency, certified: certificate ? true : null, certificate_no: certificate ?? null, officer: officer(name, agency, certificate), leads: false, checked_in_at: null, checked_out_at: null, me: false });

// `own`: of this phone; `team`: of all, as far as is known here.
function count(outing, words) {
  const counted = new Set(outing.counted);
  outing.own = {};
  outing.team = { ...outing.sums };
  for (const { value } of words.tallies) {
    outing.own[value] = 0;
    outing.team[value] ??= 0;
  }
  for (const record of outing.records) {
    if (record.type !== "tally" || !stands(record)) continue;
    const { kind, amount } = record.body;
    outing.own[kind] = (outing.own[kind] ?? 0) + amount;
    if (!counted.has(record.id)) outing.team[kind] = (outing.team[kind] ?? 0) + amount;
  }
  outing.may = may(outing);
}

function may(outing) {
  const { state, leads, checked_in: here } = outing;
  const recorded = outing.incidents.length || outing.handovers.length || outing.records.some((one) => ["tally", "incident", "handover"].includes(one.type) && stands(one)) || Object.values(outing.team).some(Boolean);
  return {
    start: state === "planned",
    count: state === "open" || (state === "ended" && (here || leads)),
    end: leads && state === "open",
    cancel: leads && ["planned", "open"].includes(state) && !recorded,
  };
}

// Records of this phone about an outing that a person must look at.
export const troubles = (outing) => outing.records.filter((record) => !stands(record));

// Whether it belongs on the list of today: not over, or ended today.
export const isOfToday = (outing) => ["open", "planned"].includes(outing.state) || (outing.state === "ended" && day(new Date(outing.ended_at)) === day());

export const agencyName = (words, value) => words.agencies.find((one) => one.value === value)?.name ?? value ?? "";
export const incidentName = (words, kind) => words.incidents.find((one) => one.kind === kind)?.name ?? kind;
