// Sentences stand in the code in Chinese and are the keys of the catalogue; `%(name)s` is filled in.

let sentences = {};
let current = "zh";

export const language = () => current;

export function t(sentence, values) {
  const kept = sentences[sentence] || sentence;
  const said = Array.isArray(kept) ? kept[Number(values?.n) === 1 ? 0 : 1] : kept; // of one, of many
  return values ? said.replace(/%\((\w+)\)[sd]/g, (_, name) => String(values[name] ?? "")) : said;
}

// Pieces with the mark between them that the language has for it, without those that are empty; a piece after its label; an aside in its brackets.
export const joined = (pieces, mark = "、") => pieces.filter(Boolean).join(t(mark));
export const labelled = (label, words) => `${label}${t("：")}${words}`;
export const aside = (words) => t("（%(words)s）", { words });

// Switches to a language; its sentences come with the app's files, so that it works without a network.
export async function speak(wanted) {
  current = wanted === "en" ? "en" : "zh";
  document.documentElement.lang = current === "zh" ? "zh-CN" : current;
  sentences = {};
  if (current === "zh") return;
  try {
    const answer = await fetch(`/field/words/${current}.json`, { credentials: "same-origin" });
    if (answer.ok) sentences = await answer.json();
  } catch {
    // Without them the app stays Chinese.
  }
}

// The name of a thing that has one in each language.
export const named = (thing) => (current === "en" && thing.name_en ? thing.name_en : thing.name_zh || thing.name || "");
