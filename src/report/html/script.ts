/** What runs in the HTML reports: it hides rows that a reader did not ask for, and nothing else. */

/**
 * The script of every report, as it stands between the tags of its `script` element: one fixed
 * text, which reads the rows from the page and makes no markup. Rows that match and do not fit on
 * the first page are `later`: hidden on a screen, printed on paper.
 */
export const script = `
"use strict";
(() => {
  const page = 500;
  const lists = new Map();

  const list = (form) => {
    const id = form.dataset.filter;
    const rows = [...document.getElementById(id).tBodies[0].rows];
    const marks = [...document.querySelectorAll('[data-marks="' + id + '"] > path')];
    const more = document.querySelector('[data-more="' + id + '"]');
    const button = more.querySelector("button");
    const search = form.querySelector("[type=search]");
    const output = form.querySelector("output");
    const boxes = [...form.querySelectorAll("[type=checkbox]")];
    let limit = page;
    let texts;
    let asked = false;

    const matcher = () => {
      const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
      texts ??= words.length === 0 ? undefined :
        rows.map((row) => (row.textContent + " " + row.id.slice(2)).toLowerCase());
      return (at) => (kinds.size === 0 || kinds.has(rows[at].dataset.kind)) &&
        words.every((word) => texts[at].includes(word));
    };

    const show = () => {
      asked = false;
      const matches = matcher();
      let found = 0;
      rows.forEach((row, at) => {
        const match = matches(at);
        if (match) found += 1;
        const later = match && found > limit;
        if (row.hidden === match) row.hidden = !match;
        if (row.classList.contains("later") !== later) row.classList.toggle("later", later);
        marks[at]?.classList.toggle("off", !match);
      });
      const { one, many } = form.dataset;
      const total = rows.length.toLocaleString("en") + " " + (rows.length === 1 ? one : many);
      const text = found === rows.length ? total : found.toLocaleString("en") + " of " + total;
      if (output.value !== text) output.value = text;
      more.hidden = found <= limit;
      button.textContent = "Show " + Math.min(page, found - limit).toLocaleString("en") +
        " more of " + (found - limit).toLocaleString("en");
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
      const next = rows.find((row) => row.classList.contains("later"));
      limit += page;
      show();
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    });
    marks.forEach((mark, at) => mark.addEventListener("click", () => {
      if (rows[at].id !== "") location.hash = rows[at].id;
    }));
    form.hidden = false;
    show();
    return (row) => {
      if (row.hidden) form.reset();
      show();
      if (!row.classList.contains("later")) return;
      limit = rows.length;
      show();
    };
  };

  const follow = () => {
    const row = document.getElementById(location.hash.slice(1));
    const reveal = row instanceof HTMLTableRowElement && lists.get(row.closest("table").id);
    if (!reveal) return;
    reveal(row);
    row.scrollIntoView({ block: "center" });
  };

  for (const form of document.querySelectorAll("form[data-filter]")) {
    lists.set(form.dataset.filter, list(form));
  }
  addEventListener("hashchange", follow);
  follow();
})();
`;
