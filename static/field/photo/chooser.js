// Files that the person chooses on this phone.

const LATE_MS = 8000; // what was chosen may come a while after the page is back

/** The chosen files; empty when none is. `accept`: kinds of files, as an input takes them. */
export function chooseFiles({ accept, multiple = false }) {
  const input = Object.assign(document.createElement("input"), { type: "file", accept, multiple });
  return new Promise((resolve) => {
    const done = () => resolve([...input.files]);
    input.addEventListener("change", done);
    input.addEventListener("cancel", () => resolve([]));
    // Browsers that do not tell of a chooser left (as old as those without popover) are asked when the page is back.
    if (!("popover" in HTMLElement.prototype)) window.addEventListener("focus", () => setTimeout(done, LATE_MS), { once: true });
    input.click();
  });
}
