// What the pages do beyond HTML and htmx: dialogs over the page, copying, downloading, and where focus goes.
// Nothing here is needed: without it the same links and forms lead to whole pages.
"use strict";

function prepare(root) {
  root.querySelectorAll("[data-copy], [data-copy-from], [data-download-from]").forEach((button) => { button.hidden = false; });
  root.querySelectorAll("[data-dialog], [data-close]").forEach((link) => { link.setAttribute("role", "button"); });
  root.querySelectorAll("dialog[open]:not(:modal)").forEach((dialog) => {
    dialog.removeAttribute("open");
    dialog.showModal();
    if (location.search.includes("dialog=")) history.replaceState(history.state, "", location.pathname);
  });
}

function textOf(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  return document.querySelector(button.dataset.copyFrom || button.dataset.downloadFrom).textContent.trim();
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(textOf(button));
  } catch {
    const source = document.querySelector(button.dataset.copyFrom || "#nowhere") || button.previousElementSibling;
    if (source) getSelection().selectAllChildren(source);
    return;
  }
  const words = button.querySelector("span");
  const before = button.before ||= [...words.childNodes];
  button.classList.add("done");
  button.querySelector("use").setAttribute("href", button.querySelector("use").getAttribute("href").replace("#copy", "#check"));
  words.textContent = "Copied";
  announce("Copied");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.classList.remove("done");
    button.querySelector("use").setAttribute("href", button.querySelector("use").getAttribute("href").replace("#check", "#copy"));
    words.replaceChildren(...before);
  }, 2000);
}

function announce(words) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 50);
}

function download(button) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([textOf(button) + "\n"], { type: "text/plain" }));
  link.download = button.dataset.downloadAs;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

document.addEventListener("click", (event) => {
  const within = (selector) => event.target.closest(selector);
  const opener = within("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    dialog.showModal();
  } else if (within("[data-close]")) {
    event.preventDefault();
    within("dialog").close();
  } else if (event.target.matches("dialog")) {
    event.target.close();
  } else if (within("[data-copy], [data-copy-from]")) {
    copy(within("[data-copy], [data-copy-from]"));
  } else if (within("[data-download-from]")) {
    download(within("[data-download-from]"));
  }
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
  if (event.key === "Escape") {
    const menu = event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
});

document.addEventListener("htmx:after:swap", () => {
  prepare(document);
  const focus = document.querySelector("[data-focus]");
  if (focus) {
    focus.removeAttribute("data-focus");
    focus.focus({ preventScroll: true });
    focus.scrollIntoView({ block: "nearest" });
  }
});

// The keyboard: "/" searches the page, "g" and a letter go to a room, Ctrl-K opens the palette over pages, people, actions.
let leading = false;

function palette() {
  // htmx looks at a page in a task of its own, behind the scripts: before that, the link would leave the page.
  setTimeout(() => document.querySelector("[data-palette]")?.click());
}

function choose(event, hits, links) {
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const to = at + (event.key === "ArrowDown" ? 1 : -1);
    (to < 0 ? hits.querySelector("input") : links[Math.min(to, links.length - 1)])?.focus();
  } else if (event.key === "Enter" && at < 0 && links.length) {
    event.preventDefault();
    links[0].click();
  }
}

document.addEventListener("keydown", (event) => {
  const open = event.target.closest("#palette");
  if (open) choose(event, open, [...open.querySelectorAll(".hits a")]);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    palette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const room = leading && document.querySelector(`.side [data-letter="${CSS.escape(event.key)}"]`);
  leading = event.key === "g" && !leading;
  if (room) {
    room.click();
  } else if (event.key === "/") {
    const search = document.querySelector("main [data-search]");
    if (search) search.focus(); else palette();
    event.preventDefault();
  }
});

// Menus beside a search write a qualifier into it, in place of one about the same. Before htmx sends the form.
document.addEventListener("change", (event) => {
  const menu = event.target.closest("[data-writes]");
  if (!menu || !menu.value) return;
  const search = menu.form.querySelector("[data-search]");
  const others = search.value.replace(new RegExp(`(^|\\s)${menu.dataset.writes}:("[^"]*"|\\S*)`, "g"), " ").trim();
  const value = /\s/.test(menu.value) ? `"${menu.value.replaceAll('"', "")}"` : menu.value;
  search.value = `${others} ${menu.dataset.writes}:${value}`.trim();
  menu.value = "";
}, true);

prepare(document);
document.querySelectorAll("[data-focus]").forEach((element) => element.removeAttribute("data-focus"));

// On a phone the rooms stand in a row that scrolls: begin with the one that is open.
const here = document.querySelector(".side [aria-current]");
if (here) here.closest(".side").scrollLeft = here.offsetLeft - 16;
