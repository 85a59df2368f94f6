// Where a picture is taken: the phone's present fix where it is exact enough to say something.

import { locator, pictureOf } from "../place/fix.js";

export const here = () => pictureOf(locator().current());
