// The case: the forms of its moves, and the sheet for the printer.

import "./keys.js";
import "./moves.js";
import "./print.js";
