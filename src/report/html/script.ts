/** What runs in the HTML reports: it shows the rows that a reader asks for, and nothing else. */

/**
 * The script of every report, as it is between the tags of its `script` element: one fixed
 * text. It makes rows only by cloning templates of the page and setting texts and attributes in
 * them, so that no text becomes markup. What matches and does not fit on the first page of rows is
 * made on paper all the same.
 */
export const script = `
"use strict";
(() => {
  const page = 300;
  const lists = new Map();
  const templates = [...document.querySelectorAll("template.row")];
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unpack = ({ textContent: packed, dataset }) => {
    const text = new Uint16Array(Number(dataset.size));
    let end = 0;
    for (let at = 0; at < packed.length; at += 1) {
      if (packed[at] !== "\\u007f") {
        text[end++] = packed.charCodeAt(at);
        continue;
      }
      const [far, less, least, size] =
        [1, 2, 3, 4].map((next) => digits.indexOf(packed[at + next]));
      const back = far * 4096 + less * 64 + least;
      for (const stop = end + size + 6; end < stop; end += 1) text[end] = text[end - back];
      at += 4;
    }
    return new TextDecoder("utf-16le").decode(text);
  };
  const stored = document.getElementById("later-rows");
  const tables = stored === null ? {} : JSON.parse(unpack(stored));

  // A hole has the number of a content, and how much of it is meant where that is not all.
  const holes = /{(\\d+)(?::(\\d+))?}/g;
  const make = (value) => {
    if (typeof value === "string") return value;
    const [template, ...contents] = value;
    const made = new DocumentFragment();
    if (template < 0) {
      made.append(...contents.map(make));
      return made;
    }
    made.append(templates[template].content.cloneNode(true));
    const fill = (text) => text.replace(holes, (_, at, size) => contents[at].slice(0, size));
    const walk = document.createTreeWalker(made, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walk.nextNode()) nodes.push(walk.currentNode);
    for (const node of nodes) {
      if (node.nodeType === Node.TEXT_NODE) node.data = fill(node.data);
      else if (node.dataset?.hole) node.replaceWith(make(contents[node.dataset.hole]));
      else for (const { name, value: text } of node.attributes) node.setAttribute(name, fill(text));
    }
    return made;
  };

  const list = (form) => {
    const id = form.dataset.filter;
    const body = document.getElementById(id).tBodies[0];
    const rows = [...body.rows];
    const later = tables[id] ?? [];
    const first = rows.length;
    const total = first + later.length;
    const every = Array.from({ length: total }, (_, at) => at);
    const row = (at) => rows[at] ??= make(later[at - first]).firstElementChild;
    const kind = (at) => rows[at]?.dataset.kind ?? later[at - first][2];
    const name = (at) => rows[at]?.id ?? later[at - first][1];
    const marks = [...document.querySelectorAll('[data-marks="' + id + '"] > path')];
    const more = document.querySelector('[data-more="' + id + '"]');
    const button = more.querySelector("button");
    const search = form.querySelector("[type=search]");
    const output = form.querySelector("output");
    const boxes = [...form.querySelectorAll("[name=kind]")];
    const look = form.querySelector("[name=look]");
    const lookFor = new Set(look?.value.split(" "));
    let limit = page;
    let texts;
    let asked = false;
    let shown = [];

    const matcher = () => {
      const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
      if (words.length > 0) texts ??= every.map((at) =>
        (row(at).textContent + " " + row(at).id.slice(2)).toLowerCase());
      const isAsked = kinds.size > 0 || words.length > 0;
      const isLook = look?.checked && !isAsked;
      const matches = (at) => isLook ? lookFor.has(kind(at)) :
        (kinds.size === 0 || kinds.has(kind(at))) &&
        words.every((word) => texts[at].includes(word));
      return { matches, isLook };
    };

    const show = () => {
      asked = false;
      const { matches, isLook } = matcher();
      shown = every.filter(matches);
      body.replaceChildren(...shown.slice(0, limit).map(row));
      const found = new Set(shown);
      marks.forEach((mark, at) => mark.classList.toggle("off", !isLook && !found.has(at)));
      const { one, many } = form.dataset;
      const all = total.toLocaleString("en") + " " + (total === 1 ? one : many);
      const text = shown.length === total ? all : shown.length.toLocaleString("en") + " of " +
        all + (isLook ? shown.length === 1 ? " needs a look" : " need a look" : "");
      if (output.value !== text) output.value = text;
      const rest = shown.length - limit;
      more.hidden = rest <= 0;
      button.textContent = "Show " + Math.min(page, rest).toLocaleString("en") + " more of " +
        rest.toLocaleString("en");
    };
    const soon = () => {
      if (!asked) requestAnimationFrame(show);
      asked = true;
    };
    const restart = () => {
      limit = page;
      soon();
    };

    form.addEventListener("input", restart);
    form.addEventListener("reset", restart);
    form.addEventListener("submit", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      const next = shown[limit];
      limit += page;
      show();
      row(next).tabIndex = -1;
      row(next).focus({ preventScroll: true });
    });
    marks.forEach((mark, at) => mark.addEventListener("click", () => {
      if (row(at).id !== "") location.hash = row(at).id;
    }));
    addEventListener("beforeprint", () => {
      const before = limit;
      limit = total;
      show();
      limit = before;
    });
    addEventListener("afterprint", show);
    form.hidden = false;
    show();
    return (sought) => {
      const at = every.find((one) => name(one) === sought);
      if (at === undefined) return undefined;
      show();
      if (!shown.includes(at)) {
        form.reset();
        if (look) look.checked = false;
        limit = page;
        show();
      }
      limit = Math.max(limit, shown.indexOf(at) + 1);
      show();
      return row(at);
    };
  };

  const follow = () => {
    const name = location.hash.slice(1);
    for (const reveal of lists.values()) {
      const row = /^[a-z]-[0-9a-f]{40}$/.test(name) && reveal(name);
      if (row) row.scrollIntoView({ block: "center" });
    }
  };

  for (const form of document.querySelectorAll("form[data-filter]")) {
    lists.set(form.dataset.filter, list(form));
  }
  addEventListener("hashchange", follow);
  follow();
})();
`;
