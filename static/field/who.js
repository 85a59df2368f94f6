// Who works with the app on this phone: signed in, somebody else since, signed out.

import { device } from "./lib/device.js";
import { html } from "./lib/html.js";
import { openStore } from "./lib/store.js";
import { button, icon, notice, toast } from "./lib/ui.js";
import { now, right } from "./lib/when.js";
import { language, speak, t } from "./lib/words.js";
import { Engine } from "./sync/engine.js";
import { cutOff } from "./sync/net.js";
import { nobodyYet, whoAmI } from "./sync/pack.js";

const LOOK_AGAIN_MS = 10_000;

// A code that was scanned before anyone signed in leads on afterwards.
const signInTo = () => `/sign-in?next=${encodeURIComponent(`/field${location.hash}`)}`;

// Who signed in last in this browser, as its cookie says, with a network or without; 0 where it does not.
export const signedInLast = () => Number(/(?:^|; )gridops_user=(\d+)/.exec(document.cookie)?.[1] ?? 0);

// Whether the last word of this browser's cookie is that its person signed out, on a page or here.
export const leftHere = () => /(?:^|; )gridops_user=left(?:;|$)/.test(document.cookie);

// Whether the time is up of an admin who looks as somebody else: they keep nothing of theirs, without a network either.
export const lookedOut = (me) => Boolean(me?.viewing) && Date.parse(me.viewing) <= right().getTime();

// The page of ours from which this one was opened, where somebody else may have signed in; "" where there is none.
function cameFrom() {
  const [way] = performance.getEntriesByType("navigation");
  const from = document.referrer && new URL(document.referrer);
  return way?.type === "navigate" && from?.origin === location.origin && from.pathname !== "/field" ? from.pathname : "";
}

// Whether nobody ever signed in in this browser. Opened from a page of ours, who that says is for the server to tell.
const neverHere = () => !device.get("user") && !document.cookie.includes("gridops_user=") && !document.referrer.startsWith(location.origin);

const whoIsHere = () => (neverHere() ? nobodyYet() : whoAmI());

// What was downloaded for a person goes, over a connection of its own: theirs may be closed already.
async function forget(userId) {
  const other = await openStore(userId);
  await other.forgetDownloads();
  other.close();
}

// Who left works here no more. Their store first: whoever is cut off in between is still known, and forgotten next time.
async function part(userId) {
  await forget(userId);
  if (device.get("user")?.user_id === userId) await device.set("user", undefined);
}

export class Who {
  // `hooks`: what the app does when somebody else is here: {show, changed, count, follow, paused}.
  constructor(app, hooks) {
    Object.assign(this, { app, hooks, channel: new BroadcastChannel("gridops-field-who") });
    this.channel.onmessage = ({ data }) => data.left === app.store?.userId && this.#leftElsewhere(data.left);
  }

  // Opens the store of who is here. False where somebody has to sign in first; then that is shown.
  async begin() {
    this.left = leftHere();
    if (device.get("user") && (this.left || lookedOut(device.get("user")))) await part(device.get("user").user_id);
    if (!(await this.#leave())) return this.#needsNetwork();
    const known = device.get("user");
    const last = signedInLast();
    const another = Boolean(known && last && last !== known.user_id);
    const sure = known && !another && (last || !cameFrom());
    const { kind, me } = sure ? {} : await whoIsHere();
    if (kind === "forbidden") return this.#notForThem();
    // Straight from the sign-in page it is whoever signed in there, and only the server knows.
    const unknown = another || (cameFrom() === "/sign-in" && !last && kind !== "signed_out");
    if (me) await this.use(me);
    else if (known && (sure || !unknown)) await this.use(known);
    else if (kind !== "signed_out") return this.#needsNetwork();
    else {
      location.assign(signInTo());
      return false;
    }
    return true;
  }

  // Works for this person from now on; whoever was here before is put away with what they have not sent.
  async use(me) {
    const { app, hooks } = this;
    if (app.store?.userId !== me.user_id) {
      const [before, store] = [device.get("user"), await openStore(me.user_id)];
      if (before && before.user_id !== me.user_id) await forget(before.user_id);
      if (app.leaving || app.store?.userId === me.user_id) return store.close(); // another answer came first
      this.#putAway();
      Object.assign(app, { store, me });
      app.store.onChange(hooks.changed);
      // Only where the browser closes it by itself, as after an eviction or a fault of the disk.
      store.db.addEventListener("close", () => app.store === store && location.reload());
      app.engine = new Engine(app.store, { renew: () => this.renewed(), paused: hooks.paused });
      app.engine.start();
      if (app.track) await hooks.follow();
    }
    if (app.leaving) return undefined;
    app.me = me;
    await device.set("user", me);
    if (me.language && me.language !== language() && !device.get("language")) await speak(me.language);
    await app.store?.tidy(me.keep_days ?? 7, now()).catch((fault) => console.error(fault));
    return hooks.count().catch((fault) => console.error(fault)); // what cannot be counted keeps nobody out
  }

  // Who is signed in now, as the server says; gives their id.
  async renewed() {
    const { app, hooks } = this;
    const { kind, me } = await whoAmI();
    if (app.leaving) return undefined; // what was asked before somebody left brings them back no more
    if (kind === "forbidden") return this.#notForThem() || undefined;
    app.signedOut = kind === "signed_out";
    if (me && me.user_id !== app.store?.userId) {
      await this.use(me);
      await hooks.show();
    } else if (me) {
      app.me = me;
      await device.set("user", me);
    }
    hooks.changed();
    return me?.user_id;
  }

  async signOut() {
    const { app } = this;
    const { user_id: left } = app.me;
    // The wish comes first: whoever is cut off after it finds themselves signed out.
    try {
      await device.keep("leaving", left);
    } catch (fault) {
      console.error(fault);
      toast(t("没有退出：手机存储可能已满。请清理手机空间后重试。"), { tone: "wait", seconds: 20 });
      return;
    }
    app.leaving = true;
    this.channel.postMessage({ left });
    this.#putAway();
    cutOff();
    app.screen = null;
    app.redraw();
    if (await this.#leave("")) location.assign("/sign-in?next=/field");
    else this.#needsNetwork();
  }

  // Another tab signed out: this one holds nothing of theirs any longer, nor what just came in.
  async #leftElsewhere(left) {
    this.app.leaving = true;
    this.#putAway();
    await forget(left).catch((fault) => console.error(fault));
    location.reload();
  }

  #putAway() {
    const { app } = this;
    app.track?.forget();
    app.engine?.stop();
    app.store?.close();
    Object.assign(app, { store: null, me: null, engine: null });
  }

  // Forgets what was downloaded and ends the session on the server; without a network, or where something on the way
  // answers instead, that is done when there is one, before anything else. `from`: where somebody may have signed in since.
  async #leave(from = cameFrom()) {
    const leaving = device.get("leaving");
    if (!leaving) return true;
    await part(leaving);
    let { kind, me } = await whoAmI();
    if (me?.user_id === leaving && !from) {
      const form = new URLSearchParams({ csrf_token: me.csrf });
      // A form is answered with a page, by whomever: whether it was heard only the next question tells.
      await fetch("/sign-out", { method: "POST", body: form, credentials: "same-origin", redirect: "manual" }).catch(() => {});
      ({ kind, me } = await whoAmI());
      if (me?.user_id === leaving) return false;
    }
    if (kind === "forbidden") return true; // who is not for this app; the wish stays
    // Whoever signed in anew since then stays.
    if (!me && kind !== "signed_out") return false;
    await device.set("leaving", undefined);
    return true;
  }

  #instead(words, more, ...actions) {
    const { app } = this;
    app.screen = { title: "gridops", view: () => notice("wait", words(), more(), html`<div class="buttons">${actions.map((action) => action())}</div>`) };
    app.redraw();
    return false;
  }

  // Somebody is signed in who does not work with this app: what is kept here is not theirs to see.
  #notForThem() {
    this.#putAway();
    return this.#instead(() => t("当前登录的账号不使用现场应用"), () => t("手机里已保存的记录不受影响；原来的人重新登录后继续发送。首次登录请先修改初始密码。"), () => html`<a class="button primary" href="/account">${icon("login")}<span>${t("账号")}</span></a>`);
  }

  // As soon as the server says who is here it goes on without being touched; one that takes no more is left alone.
  #lookAgain() {
    const look = async () => {
      const { kind, me } = await whoIsHere();
      if (me || kind === "signed_out" || kind === "forbidden") location.reload();
      else this.#lookAgain();
    };
    setTimeout(look, LOOK_AGAIN_MS);
  }

  #needsNetwork() {
    this.#lookAgain();
    return this.#instead(() => t("请联网登录一次"), () => t("首次使用或退出后，需要联网登录；之后没有网络也能打开和工作。"),
      () => button(t("重试"), () => location.reload(), { kind: "primary", name: "refresh" }),
      () => html`<a class="button plain" href=${signInTo()}>${icon("login")}<span>${t("去登录")}</span></a>`);
  }
}
