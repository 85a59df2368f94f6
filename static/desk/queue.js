// The queue: its rows by keys, the case beside them, what others change, how many cases each kept filter finds,
// and which rows look like one problem reported twice.

import "./list.js";
import "./pane.js";
import "./changes.js";
import "./kept.js";
import "./same.js";
