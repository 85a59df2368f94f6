// A long list: only the rows near the screen stand in the page; above and below them is room as high as those rows were,
// or as rows are on average. With a thousand rows in the page each change of anything would take a second.

import { html, nothing, repeat } from "./html.js";

const FIRST = 40; // rows, before anything was measured
const USUAL_PX = 90;
const AROUND = 2; // screens of rows kept ready above and below
const ENOUGH = 0.75; // and how many of them have to be left

export class LongList {
  #heights = new Map(); // px of the rows that stood in the page, by key
  #keys = [];
  #from = 0;
  #to = FIRST;
  #ended = new AbortController();

  // `id`: of its element, one of a kind in the page; `redraw` draws the page anew.
  constructor(id, redraw) {
    Object.assign(this, { id, redraw });
    let frame = 0;
    const look = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (!this.#ended.signal.aborted) this.#follow();
      });
    };
    for (const name of ["scroll", "resize"]) globalThis.addEventListener(name, look, { passive: true, signal: this.#ended.signal });
  }

  close() {
    this.#ended.abort();
  }

  // `rows`: all of them; `keyOf` names one, `line` draws what is in its item.
  view(rows, keyOf, line) {
    this.#keys = rows.map(keyOf);
    const to = Math.min(this.#to, rows.length);
    const from = Math.min(this.#from, Math.max(0, to - FIRST));
    const item = (row, n) => html`<li aria-posinset=${from + n + 1} aria-setsize=${rows.length}>${line(row)}</li>`;
    return html`<ul class="rows long" id=${this.id}>${this.#room(0, from)}${repeat(rows.slice(from, to), keyOf, item)}${this.#room(to, rows.length)}</ul>`;
  }

  #room(from, to) {
    return from < to ? html`<li class="room" aria-hidden="true" .style=${`height:${this.#height(from, to)}px`}></li>` : nothing;
  }

  #height(from, to) {
    const usual = this.#usual();
    return this.#keys.slice(from, to).reduce((all, key) => all + (this.#heights.get(key) ?? usual), 0);
  }

  #usual() {
    const known = [...this.#heights.values()];
    return known.length ? known.reduce((all, one) => all + one, 0) / known.length : USUAL_PX;
  }

  // Draws anew where the rows in the page no longer reach far enough around the screen.
  #follow() {
    const list = document.getElementById(this.id);
    if (!list) return;
    this.#measure(list);
    const top = -list.getBoundingClientRect().top;
    const near = (screens) => [this.#at(top - screens * innerHeight), this.#at(top + (1 + screens) * innerHeight) + 1];
    const [first, last] = near(ENOUGH);
    if (first >= this.#from && Math.min(last, this.#keys.length) <= this.#to) return;
    [this.#from, this.#to] = near(AROUND);
    this.redraw();
  }

  #measure(list) {
    for (const row of list.querySelectorAll(":scope > [aria-posinset]")) this.#heights.set(this.#keys[row.ariaPosInSet - 1], row.offsetHeight);
  }

  // The row so many pixels below the beginning of the list.
  #at(px) {
    const usual = this.#usual();
    let below = px;
    const found = this.#keys.findIndex((key) => {
      below -= this.#heights.get(key) ?? usual;
      return below < 0;
    });
    return found < 0 ? this.#keys.length : found;
  }
}
