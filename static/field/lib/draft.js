// A form that survives: what was typed and photographed is stored as it comes, and there again after a kill. What cannot
// be stored is told once; each further change is another try.

import { toast } from "./ui.js";
import { t } from "./words.js";

const SOON_MS = 250;

export class Draft {
  // `content` starts as `fresh` unless a draft of that name is kept.
  static async open(store, name, fresh) {
    const kept = await store.draft(name);
    return new Draft(store, name, kept ? { ...fresh, ...kept.content } : { ...fresh }, Boolean(kept));
  }

  // As open, of a form that names the record it will be (`id`): one whose record is there was sent, perhaps from another
  // tab, and the next one is another.
  static async unsent(store, name, blank) {
    const draft = await Draft.open(store, name, blank());
    if (!draft.resumed || !(await store.record(draft.content.id))) return draft;
    await draft.drop();
    return Draft.open(store, name, blank());
  }

  constructor(store, name, content, resumed) {
    Object.assign(this, { store, name, content, resumed, timer: 0, untold: true });
  }

  // Changes the content; pictures and sounds (`now`) are stored before anything else happens.
  async set(changes, { now = false } = {}) {
    Object.assign(this.content, changes);
    clearTimeout(this.timer);
    if (this.over) return undefined;
    if (now) return this.save();
    this.timer = setTimeout(() => this.save(), SOON_MS);
    return undefined;
  }

  // Whether it was stored.
  async save() {
    clearTimeout(this.timer);
    this.dirty = true;
    try {
      await this.store.saveDraft(this.name, { content: this.content, at: Date.now() });
      this.untold = true;
      return true;
    } catch (fault) {
      if (this.untold) this.#tell(fault);
      this.untold = false;
      return false;
    }
  }

  #tell(fault) {
    const full = fault?.name === "QuotaExceededError";
    if (!full) console.error(fault);
    toast(full ? t("手机存储已满，刚填写的内容还没有存下。请不要关闭本页，尽快提交，或清理手机空间。") : t("刚填写的内容没有存下，关闭应用可能丢失。请尽快提交，或重新打开应用。"), { tone: "wait", seconds: 12 });
  }

  // Nothing more is stored: the form has become a record, which took the draft away.
  done() {
    clearTimeout(this.timer);
    this.over = true;
  }

  async drop() {
    clearTimeout(this.timer);
    this.dirty = false;
    await this.store.dropDraft(this.name);
  }

  // As drop, for good: what is still on its way into the form, a photo or a note, does not bring it back.
  async giveUp() {
    await this.drop();
    this.done();
  }
}
