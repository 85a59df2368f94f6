// The queue: its rows by keys, the case beside them, what others change, how many cases each kept filter finds,
// and which rows look like one problem reported twice.

import "./list.js";
import "./pane.js";
import "./changes.js";
import "./kept.js";
import "./same.js";

// On a phone the tabs lie in one line: the one shown is in sight, however often the list is renewed.
function tabInSight() {
  const tabs = document.querySelector(".side-tabs");
  const tab = tabs.querySelector("[aria-current]");
  if (!tab) return;
  const [line, one] = [tabs, tab].map((each) => each.getBoundingClientRect());
  tabs.scrollLeft += one.left - line.left - (line.width - one.width) / 2;
}

tabInSight();
document.addEventListener("desk:renewed", tabInSight);
