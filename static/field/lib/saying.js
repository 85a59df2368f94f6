// What a record says, field by field, in words: for reading it, for putting it right, for what the server said of it.

import { typeName } from "./records.js";
import { full } from "./when.js";
import { aside, joined, labelled, language, named, t } from "./words.js";

// Each field: [what it is called, how its value is said, whether it is this record's own word or number and may be put
// right by hand]. What a record belongs to, places and codes may not.
const plain = (value) => [String(value)];
const instant = (value) => [full(value)];
const yes = (value) => [value ? t("是") : t("否")];
const outcome = (value) => [{ true: t("属实"), false: t("不属实"), passed: t("合格"), failed: t("不合格") }[value] ?? String(value)];
const action = (value) => [{ start: t("开始"), end: t("结束"), cancel: t("取消"), grid_checked: t("网格已查") }[value] ?? String(value)];
const signed = (value, names) => [names.of("rounds", "signed", value)];
const thing = (kind) => (value, names) => [names[kind](value)];
const things = (kind) => (values, names) => values.map((value) => names[kind](value));
const words = (label) => [label, plain, true];

const FIELDS = () => ({
  category: [t("类别"), (value, names, body) => [names.category(value, body.kind)]],
  category_list: [t("类别目录"), plain],
  kind: [t("种类"), (value, names) => [names.kind(value)]],
  description: words(t("说明")),
  location: [t("位置"), place],
  grid: [t("网格"), thing("grid")],
  grids: [t("网格"), things("grid")],
  address: words(t("地址或参照物")),
  source: [t("来源"), (value) => [value === "joint_enforcement" ? t("联合执法") : value === "inspector" ? t("信息采集") : t("其他")]],
  source_number: words(t("来源编号")),
  self_handled: [t("自行处置"), yes],
  same_as: [t("已有案件"), thing("case")],
  campaign: [t("专项整治"), thing("campaign")],
  case: [t("案件"), thing("case")],
  outcome: [t("结果"), outcome],
  words: words(t("说明")),
  action: [t("做了什么"), action],
  number: [t("编号"), plain],
  round: [t("夜查"), thing("round")],
  theme: words(t("主题")),
  groups: words(t("组数")),
  inspection: [t("行政检查"), yes],
  approval: words(t("批准")),
  code: [t("签到码"), plain],
  reason: words(t("原因")),
  premises: [t("场所"), thing("premises")],
  recheck: [t("复查"), yes],
  complete: [t("全部查完"), yes],
  checklist: [t("检查表"), thing("checklist")],
  answers: [t("检查项"), (value, names, body) => Object.entries(value).map(([item, { ok, note }]) => labelled(names.item(body.checklist, item), joined([ok ? t("符合") : t("不符合"), note], "，")))],
  findings: [t("发现的问题"), (values, names, body) => values.map(({ text, severity, item }) => [text || names.item(body.checklist, item), severity && names.of("rounds", "severities", severity)].filter(Boolean).join(" · "))],
  corrected: [t("已整改的问题"), things("finding")],
  order: [t("文书"), ({ kind, number, due_on }, names) => [names.of("rounds", "order_kinds", kind), ...(number ? [number] : []), ...(due_on ? [t("期限 %(day)s", { day: due_on })] : [])]],
  signed: [t("签收"), signed],
  witness: words(t("见证人")),
  note: words(t("备注")),
  outing: [t("行动"), thing("outing")],
  name: words(t("姓名")),
  agency: [t("单位"), thing("agency")],
  agencies: [t("参加单位"), things("agency")],
  certificate_no: words(t("执法证号")),
  out: [t("离开"), yes],
  summary: words(t("小结")),
  amount: words(t("数量")),
  to_agency: [t("接收单位"), thing("agency")],
  from_agency: [t("移交单位"), thing("agency")],
  basis: words(t("依据")),
  approver: words(t("批准人")),
  approved_at: [t("批准时间"), instant],
  officers: [t("执法人员"), things("officer")],
  party: words(t("当事人")),
  decision_no: words(t("决定书号")),
  letter_no: words(t("移送函号")),
  items: words(t("物品清单")),
  deadline: [t("期限"), plain],
  incident: [t("执法措施"), thing("incident")],
  what: words(t("移交物品")),
  receiver: words(t("接收人")),
  started_at: [t("开始时间"), instant],
  ended_at: [t("结束时间"), instant],
  points: [t("轨迹"), (value) => [t("%(n)s 个点", { n: value.length })]],
  unit: [t("被查单位"), thing("unit")],
  fact: words(t("情况")),
  person: words(t("涉及人员")),
  problem: [t("通报问题"), thing("problem")],
  attachments: [t("文件"), plain],
});

// Where a field of one type is another thing.
const OF_TYPE = () => ({
  discipline_check: { outcome: words(t("处理结果")) },
  feedback: { words: words(t("处置情况")) },
  problem_answer: { words: words(t("整改情况")) },
  incident: { to_agency: words(t("移送单位")) },
});

const fieldOf = (type, name) => OF_TYPE()[type]?.[name] ?? FIELDS()[name];

function place({ lon, lat, accuracy_m, picked, fix }) {
  const at = (one) => `${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}${Number.isFinite(one.accuracy_m) ? ` ±${Math.round(one.accuracy_m)}\u00a0m` : ""}`;
  return [`${at({ lon, lat, accuracy_m: picked ? undefined : accuracy_m })}${picked ? aside(t("手动选点")) : ""}`, ...(picked && fix ? [t("手机定位 %(place)s", { place: at(fix) })] : [])];
}

// {known: [[label, lines]], others: [[name, lines]]}: in words, and what this app knows no word for.
export function saidOf({ type, body }, names) {
  const found = { known: [], others: [] };
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined || value === "") continue;
    const field = fieldOf(type, name);
    if (field) found.known.push([field[0], linesOf(field[1], value, names, body)]);
    else found.others.push([name, [typeof value === "object" ? JSON.stringify(value) : String(value)]]);
  }
  return found;
}

// A value of another shape than it should have is shown as it is.
function linesOf(say, value, names, body) {
  try {
    return say(value, names, body).map(String);
  } catch {
    return [JSON.stringify(value)];
  }
}

// [[name, label, value]] of what may be put right by hand: words and numbers of the record itself, those that it has and
// those that the server asks for.
export function editable({ type, body, errors = [] }) {
  const names = new Set([...Object.keys(body), ...errors.map(({ field }) => below(field))]);
  return [...names].filter((name) => fieldOf(type, name)?.[2] && ["string", "number", "undefined"].includes(typeof body[name])).map((name) => [name, fieldOf(type, name)[0], body[name] ?? ""]);
}

const below = (field) => field.replace(/^body\./, "");

// The server says it in this phone's language; what something else on the way said, for programs, is not shown.
const readable = (reason) => language() !== "zh" || /[\u3400-\u9fff]/.test(reason);
const reasonOf = (reason) => (readable(reason) ? reason : t("不符合要求，请检查"));

// {field: why} of a record that was not taken, in the words of its form.
export const faultsOf = ({ errors = [] }) => Object.fromEntries(errors.map(({ field, reason }) => [below(field), reasonOf(reason)]));

// Why a record stands still, in one sentence; "" where nothing is said.
export function whyOf(record) {
  const said = Object.entries(faultsOf(record)).map(([field, reason]) => {
    const label = fieldOf(record.type, field.split(/[.[]/)[0])?.[0];
    return label ? labelled(label, reason) : reason;
  });
  if (said.length) return joined([...new Set(said)], "；");
  const reason = record.reason ?? "";
  return !reason || readable(reason) ? reason : t("服务器没有接收，请检查内容后再发。");
}

const PACKS = {
  report: ["categories", "cases", "reports", "grids", "outings"], verification: ["cases", "tasks", "reports"], check: ["cases", "tasks", "reports"], feedback: ["cases", "tasks", "reports"],
  round: ["rounds", "grids"], visit: ["rounds", "premises"], outing: ["outings", "grids"], check_in: ["outings", "rounds"], tally: ["outings"], incident: ["outings", "premises"],
  handover: ["outings"], track: ["outings", "rounds"], discipline_check: ["supervision"], problem_answer: ["supervision"],
};

// The names of what a record names, as far as this phone knows them; what has none keeps the one it has.
export async function namesFor(store, { type, body }) {
  const wanted = PACKS[type] ?? [];
  const packs = Object.fromEntries(await Promise.all(wanted.map(async (part) => [part, (await store.pack(part))?.data ?? {}])));
  const list = (part, name) => packs[part]?.[name] ?? [];
  const called = (one, name) => one.number === name || one.record === name || one.id === name;
  const of = (part, name, value) => list(part, name).find((one) => one.value === value)?.name ?? String(value);
  const cases = [...list("tasks", "tasks"), ...list("cases", "cases"), ...list("reports", "reports")];
  const categories = list("categories", "classes").flatMap((group) => group.categories);
  const own = new Map(await Promise.all(Object.values(body).filter(isUuid).map(async (name) => [name, await store.record(name)])));
  // A UUID tells nobody anything.
  const severed = (value) => (own.get(value) ? titleOf(own.get(value)) : isUuid(value) ? t("本机未下载名称") : value);
  const rounds = list("rounds", "rounds");
  const outings = list("outings", "outings");
  const items = (checklist) => list("rounds", "checklists").find(({ id }) => id === checklist)?.items ?? [];
  const agency = (value) => of("outings", "agencies", value);
  return {
    of, agency,
    category: (code, kind) => named(categories.find((one) => one.code === code && (!kind || one.kind === kind)) ?? { name: code }),
    kind: (value) => KINDS(of, list)[type]?.(value) ?? String(value),
    grid: (code) => list("grids", "grids").find((one) => one.code === code)?.path ?? code,
    case: (name) => withNumber(cases.find((one) => called(one, name)), (one) => named({ name: one.category_name, name_en: one.category_name_en })) ?? severed(name),
    campaign: (code) => list("outings", "campaigns").find((one) => one.code === code)?.name ?? code,
    round: (name) => withNumber(rounds.find((one) => called(one, name)), (one) => one.theme) ?? severed(name),
    outing: (name) => withNumber(outings.find((one) => called(one, name)), (one) => one.campaign?.name) ?? severed(name),
    premises: ({ id, name, credit_code: credit }) => list("premises", "premises").find((one) => one.id === id)?.name ?? name ?? credit ?? t("本机未下载名称"),
    checklist: (id) => list("rounds", "checklists").find((one) => one.id === id)?.name ?? t("本机未下载名称"),
    item: (checklist, id) => items(checklist).find((one) => String(one.id) === String(id))?.text ?? t("检查项"),
    finding: (id) => [...list("premises", "premises").flatMap(({ open }) => open ?? []), ...list("rounds", "rechecks").flatMap(({ findings }) => findings)].find((one) => one.id === id)?.text ?? t("本机未下载名称"),
    officer: (one) => outings.flatMap(({ squad }) => squad).find(({ officer }) => officer === one)?.name ?? one.replace(/[@#].*$/, ""),
    incident: (name) => outings.flatMap(({ incidents }) => incidents).find((one) => called(one, name))?.items ?? severed(name),
    unit: (code) => list("supervision", "units").find((one) => one.code === code)?.name ?? code,
    problem: (number) => withNumber(list("supervision", "problems").find((one) => one.number === number), (one) => one.fact) ?? number,
  };
}

const isUuid = (value) => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const titleOf = ({ type, about, receipt }) => [receipt?.number, about?.subject || about?.title || typeName(type)].filter(Boolean).join(" · ");
const withNumber = (one, say) => one && [one.number, say(one)].filter(Boolean).join(" · ");

const KINDS = (of, list) => ({
  report: (value) => ({ event: t("事件"), component: t("部件") })[value],
  visit: (value) => of("rounds", "visit_kinds", value),
  tally: (value) => of("outings", "tallies", value),
  incident: (value) => list("outings", "incidents").find((one) => one.kind === value)?.name,
});
