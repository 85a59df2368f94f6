// A small form on a screen among other things: what is typed is there again after a kill, and gone once it was sent.

import { Draft } from "../lib/draft.js";
import { uuid } from "../lib/ids.js";
import { focusFault } from "../lib/ui.js";

export class SmallForm {
  // `names`: how that to which it belongs is called now, before its number came or afterwards. `drawn()`: what each form
  // has of its own, above all the name of the record it will be: sent from two tabs it is one.
  static async open(app, kind, blank, names = [], drawn = () => ({ id: uuid() })) {
    const all = names.length ? names.filter(Boolean).map((name) => `${kind} of ${name}`) : [kind];
    const kept = await Promise.all(all.map((name) => app.store.draft(name)));
    const draft = await Draft.unsent(app.store, all[Math.max(0, kept.findIndex(Boolean))], () => ({ ...blank, ...drawn() }));
    return new SmallForm(app, blank, draft, drawn);
  }

  constructor(app, blank, draft, drawn) {
    Object.assign(this, { app, blank, draft, drawn, errors: {} });
  }

  get content() {
    return this.draft.content;
  }

  get id() {
    return this.content.id;
  }

  // By this name `capture` takes the draft away together with what it stores.
  get name() {
    return this.draft.name;
  }

  get begun() {
    return Object.entries(this.blank).some(([name, value]) => JSON.stringify(this.content[name]) !== JSON.stringify(value));
  }

  set(changes) {
    this.draft.set(changes);
    for (const name of Object.keys(changes)) delete this.errors[name];
    this.app.redraw();
  }

  // Whether what folds it away stands open: once something was typed it stays so.
  get shown() {
    this.opened ||= this.begun || Object.keys(this.errors).length > 0;
    return this.opened;
  }

  typed(name) {
    return (value) => this.set({ [name]: value });
  }

  // Says at each field what is wrong there; true where nothing is.
  sound(errors, draw = this.app.redraw) {
    this.errors = errors;
    if (!Object.keys(errors).length) return true;
    draw();
    focusFault();
    return false;
  }

  // Before it becomes a record: nothing of it is written afterwards.
  settled() {
    return this.draft.save();
  }

  // It was sent or is not wanted any more; what `stays` is proposed for the next one.
  async empty(stays = {}) {
    this.blank = { ...this.blank, ...stays };
    Object.assign(this.draft.content, this.blank, this.drawn());
    this.errors = {};
    await this.draft.drop();
    this.app.redraw();
  }
}
