// The queue: its rows by keys, the case beside them, what others change, and how many cases each kept filter finds.

import "./list.js";
import "./pane.js";
import "./changes.js";
import "./kept.js";
