// Forms that become records: when the first photo was taken, small pictures of what was chosen, both clocks.

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
});
