// The bulletin office: questions in dialogs, charts of the paper, chapters that are added, moved and dropped.

// --- dialogs ------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target.matches("dialog.ask")) event.target.close(); // a click beside it
});
document.querySelectorAll("dialog[data-now]").forEach((dialog) => dialog.showModal());

// A figure that the address names is opened.
function openNamed() {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named && named.matches("details")) named.open = true;
}
window.addEventListener("hashchange", openNamed);
openNamed();

// --- charts -------------------------------------------------------------------------------------------------
const sheet = document.getElementById("sheet");
const drawings = sheet ? [...sheet.querySelectorAll(".paper-vega")] : [];

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

async function draw() {
  await load(sheet.dataset.vega);
  await load(sheet.dataset.vegaLite);
  await load(sheet.dataset.vegaEmbed);
  for (const place of drawings) {
    // The interpreter of expressions needs no eval; the look of the page needs no style of vega's own.
    await window.vegaEmbed(place, JSON.parse(place.dataset.spec), {
      ast: true, defaultStyle: false, actions: false, renderer: "svg", tooltip: false,
    });
    // What the drawing shows is told by the numbers below it; to a reader of the screen its marks have no names.
    place.querySelectorAll("svg").forEach((drawn) => drawn.setAttribute("aria-hidden", "true"));
  }
}
// The numbers of each chart stand below it in any case, so a drawing that fails is no loss of content.
if (drawings.length) draw().catch((fault) => console.warn("chart", fault));

// --- chapters -----------------------------------------------------------------------------------------------
const form = document.querySelector("form[data-keep]");
if (form) {
  const list = form.querySelector("[data-chapters]");
  const template = form.querySelector("template[data-chapter]");
  let serial = list.children.length;
  let changed = false;

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  form.querySelector("[data-new]").addEventListener("click", () => {
    const added = template.content.cloneNode(true);
    serial += 1;
    added.querySelectorAll("[id], [for]").forEach((part) => {
      for (const name of ["id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/-n$/, `-${serial}`));
      }
    });
    list.append(added);
    changed = true;
    list.lastElementChild.querySelector("input").focus();
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const chapter = event.target.closest(".chapter");
    if (!button || !chapter) return;
    if ("up" in button.dataset && chapter.previousElementSibling) chapter.previousElementSibling.before(chapter);
    else if ("down" in button.dataset && chapter.nextElementSibling) chapter.nextElementSibling.after(chapter);
    else if ("drop" in button.dataset) {
      const empty = ![...chapter.querySelectorAll("input, textarea")].some((part) => part.value.trim());
      if (empty || window.confirm(chapter.closest("form").dataset.dropQuestion)) chapter.remove();
      changed = true;
      return;
    } else return;
    changed = true;
    button.focus();
  });
}
