// Forms that become records: when the first photo was taken, small pictures of what was chosen, both clocks; and a form
// outlives its session.

const MOST = 8;

// The wall clock with its offset, as a record says a time.
function now() {
  const at = new Date();
  const away = -at.getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const local = new Date(at.getTime() + away * 60000).toISOString().slice(0, 23);
  return `${local}${away < 0 ? "-" : "+"}${two(away / 60)}:${two(away % 60)}`;
}

function show(group) {
  const seen = group.querySelector(".pick-seen");
  seen.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  seen.replaceChildren();
  const files = [...group.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  for (const file of files.slice(0, MOST)) {
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    image.addEventListener("error", () => image.replaceWith(Object.assign(document.createElement("span"), { className: "pick-name", textContent: file.name })));
    seen.append(image);
  }
}

// The token of the session as it is now: "" where nobody is signed in any more, null where nobody answers.
async function token() {
  try {
    const answer = await fetch("/account", { credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect") return "";
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector('meta[name="csrf-token"]').content;
  } catch {
    return null;
  }
}

// Asks before the form leaves: what was typed is not sent into a session that has ended meanwhile, nor into no network.
function keep(form) {
  const [out, unreached] = ["signed-out", "unreached"].map((name) => form.querySelector(`[data-${name}]`));
  let [asking, sure] = [false, false];
  form.addEventListener("submit", async (event) => {
    if (sure) {
      sure = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // it does not count as sent
    if (asking) return;
    asking = true;
    event.submitter?.setAttribute("aria-busy", "true");
    const found = await token();
    event.submitter?.removeAttribute("aria-busy");
    asking = false;
    out.hidden = found !== "";
    unreached.hidden = found !== null;
    if (found) {
      form.elements.namedItem("csrf_token").value = found;
      sure = true;
      form.requestSubmit(event.submitter);
    } else {
      (found === "" ? out : unreached).scrollIntoView({ block: "center" });
    }
  });
}

document.querySelectorAll("form[data-record]").forEach((form) => {
  const captured = form.querySelector("[data-captured]");
  const sent = form.querySelector("[data-sent]");
  let begun = false;
  form.querySelectorAll("[data-photos]").forEach((group) => {
    group.addEventListener("change", () => {
      if (!begun) captured.value = now();
      begun = true;
      show(group);
    });
  });
  form.addEventListener("submit", () => {
    if (form.dataset.sent && sent.value) return; // the second touch changes nothing
    if (!begun) captured.value = now();
    begun = true;
    sent.value = now();
  });
  keep(form);
});
