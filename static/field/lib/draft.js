// A form that survives: what was typed and photographed is stored as it comes, and there again after a kill.

const SOON_MS = 250;

export class Draft {
  // `content` starts as `fresh` unless a draft of that name is kept.
  static async open(store, name, fresh) {
    const kept = await store.draft(name);
    return new Draft(store, name, kept ? { ...fresh, ...kept.content } : { ...fresh }, Boolean(kept));
  }

  constructor(store, name, content, resumed) {
    Object.assign(this, { store, name, content, resumed, timer: 0 });
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

  async save() {
    clearTimeout(this.timer);
    this.dirty = true;
    await this.store.saveDraft(this.name, { content: this.content, at: Date.now() });
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
}
