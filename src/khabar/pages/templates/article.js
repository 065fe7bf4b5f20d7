"use strict";
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, name, ...children) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
};
const layers = all(".layer");
// what every mark needs to be reached and read out is made here: it would be a third of the page
const countOf = new Map(layers.map((layer) => [layer, new Map(all("li.event", layer).map((each) => [each.dataset.key, all("li[data-of]", each).length]))]));
for (const each of all("mark[data-key]:not(.continued)")) {
  each.tabIndex = -1;
  const { tag, notes, key, type } = each.dataset;
  const event = each.classList.contains("trigger");
  each.setAttribute("aria-description", event ? `event ${tag || type}, ${countOf.get(each.closest(".layer")).get(key)} arguments` : [type, notes].filter(Boolean).join(", "));
}
const teller = find("#teller");
const byKey = (layer, key) => all("mark", layer).filter((each) => each.dataset.key === key);
const shown = () => layers.filter((each) => !each.hidden).sort((left, right) => left.style.order - right.style.order);
const nameOf = (layer) => make("bdi", "", layer.getAttribute("aria-label"));

// --- what is shown, and how two layers differ ---
const compare = (left, right) => {
  const keys = (layer) => new Set(all("[data-key]", layer).map((each) => each.dataset.key));
  const [first, second] = [keys(left), keys(right)];
  for (const [layer, other, word] of [[left, second, "missed"], [right, first, "spurious"]]) {
    for (const each of all("[data-key]", layer)) each.dataset.diff = other.has(each.dataset.key) ? "matched" : word;
  }
  const parts = [["Entities", "entity "], ["Events", "event "], ["Arguments", "argument "]].map(([title, start]) => {
    const of = (set) => [...set].filter((key) => key.startsWith(start));
    const both = of(first).filter((key) => second.has(key)).length;
    return [title, both, of(first).length - both, of(second).length - both];
  });
  const system = right.dataset.kind === "system";
  const words = system ? [["matched"], ["missed"], ["spurious"]] : [["in both"], ["only in ", left], ["only in ", right]];
  const summary = find("#summary");
  summary.replaceChildren(...parts.map(([title, ...numbers]) => {
    const line = make("span", "", make("b", "", title), " ");
    ["matched", "missed", "spurious"].forEach((name, number) => line.append(number ? ", " : "", make("i", name, `${numbers[number]} `, ...words[number].map((each) => (typeof each === "string" ? each : nameOf(each))))));
    return line;
  }));
  find(".layers").classList.toggle("equals", !system);
};
const show = () => {
  const main = find("#main")?.value;
  const other = find("#other")?.value === main ? "" : find("#other")?.value || "";
  for (const each of layers) {
    each.hidden = each.id !== main && each.id !== other;
    each.style.order = each.id === main ? 0 : 1;
  }
  for (const each of all("[data-diff]")) delete each.dataset.diff;
  find(".layers").classList.toggle("beside", other !== "");
  find("#summary").hidden = other === "";
  if (other) compare(document.getElementById(main), document.getElementById(other));
  count();
  forget();
  placeLabels();
  search();
};
const count = () => {
  const main = shown()[0];
  for (const chip of all(".chip")) {
    const type = chip.dataset.type;
    const marks = all("[data-key]", main).filter((each) => each.dataset.type === type).map((each) => each.dataset.key);
    const listed = find(`.mentions [data-type="${type}"]`, main) ? all(`.mentions [data-type="${type}"] li`, main) : [];
    const times = listed.reduce((sum, each) => sum + Number(find("small", each)?.textContent.slice(1) ?? 1), 0);
    find("small", chip).textContent = new Set(marks).size || times;
    chip.hidden = !shown().some((layer) => find(`[data-type="${type}"]`, layer));
  }
};

// --- one mention or event told: in the card, and its arguments drawn ---
let kept = false;
const forget = () => {
  kept = false;
  teller.hidden = true;
  for (const each of all(".active, .role")) { each.classList.remove("active", "role"); delete each.dataset.role; each.style.removeProperty("--role-shift"); }
  for (const each of all(".telling")) each.classList.remove("telling");
  for (const each of all("svg")) each.remove();
};
const eventOf = (layer, key) => all("li.event", layer).find((each) => each.dataset.key === key);
const ofSpan = (layer, span) => all("mark", layer).filter((each) => each.dataset.span === span && !each.classList.contains("trigger"));
const arc = (text, from, to) => {
  const box = text.getBoundingClientRect();
  const [start, end] = [from, to].map((each) => each.getClientRects()[0]);
  if (!start || !end) return "";
  const middle = (each) => each.left + each.width / 2 - box.left;
  const [x1, y1, x2, y2] = [middle(start), start.top - box.top, middle(end), end.top - box.top];
  const lift = Math.min(y1, y2) - Math.min(70, 18 + Math.abs(x2 - x1) / 7);
  return `M${x1},${y1} C${x1},${lift} ${x2},${lift} ${x2},${y2}`;
};
const draw = (layer, key, event) => {
  const text = find(".text", layer);
  const triggers = byKey(layer, key);
  if (!text || !triggers.length) return;
  text.classList.add("telling");
  for (const each of triggers) each.classList.add("active");
  const tone = getComputedStyle(triggers[0]).getPropertyValue("--c");
  text.style.setProperty("--arc", `color-mix(in oklab, ${tone}, var(--ink) 12%)`);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  for (const filler of all("li[data-of]", event)) {
    const marks = ofSpan(layer, filler.dataset.of);
    for (const each of marks) {
      each.classList.add("role");
      each.dataset.role = [each.dataset.role, filler.dataset.name].filter(Boolean).join(" · ");
    }
    if (!marks.length) continue;
    keepInside(marks[0], edgesOf(text), "--role-shift");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", arc(text, triggers[0], marks[0]));
    svg.append(path);
  }
  text.append(svg);
};
const tellEvent = (layer, key) => {
  const event = eventOf(layer, key);
  draw(layer, key, event);
  event.classList.add("active");
  const copy = event.cloneNode(true);
  copy.classList.remove("active");
  const heading = make("div", "told", ...find("button", copy).childNodes);
  heading.dir = "rtl";
  find("button", copy).replaceWith(heading);
  if (!all("ul li", copy).length) copy.append(make("small", "", "no arguments"));
  const lines = make("ol", "lines", copy);
  lines.dir = "rtl";
  return lines;
};
const tellEntity = (layer, mark) => {
  const chip = find(`.chip[data-type="${mark.dataset.type}"]`);
  for (const each of byKey(layer, mark.dataset.key)) each.classList.add("active");
  const told = make("div", "told", byKey(layer, mark.dataset.key).map((each) => each.textContent).join(" "));
  told.dir = "rtl";
  const lines = [`${mark.dataset.type}: ${chip.dataset.en} · ${chip.dataset.ar}`];
  if (mark.dataset.notes) lines.push(mark.dataset.notes);
  for (const filler of all("li[data-of]", layer).filter((each) => each.dataset.of === mark.dataset.span)) {
    lines.push(`${filler.dataset.name} · ${find("[lang=ar]", filler).textContent} — ${filler.closest(".event").dataset.type} «${find("button", filler.closest(".event")).textContent}»`);
  }
  const items = lines.map((line) => { const made = make("li", "", line); made.dir = "auto"; return made; });
  const other = shown().find((each) => each !== layer);
  if (other && ["missed", "spurious"].includes(mark.dataset.diff)) items.push(make("li", mark.dataset.diff, "not in ", nameOf(other)));
  return make("div", "", told, make("ul", "lines", ...items));
};
const tell = (mark) => {
  const layer = mark.closest(".layer");
  forget();
  if (mark.hasAttribute("data-off") || !mark.dataset.key) return;
  // several events may share one trigger
  const events = mark.classList.contains("trigger") ? all("mark.trigger:not([data-off])", layer).filter((each) => each.dataset.span === mark.dataset.span) : [];
  const keys = [...new Set(events.map((each) => each.dataset.key))];
  teller.replaceChildren(...(keys.length ? keys.map((key) => tellEvent(layer, key)) : [tellEntity(layer, mark)]));
  for (const other of shown()) if (other !== layer) for (const each of byKey(other, mark.dataset.key)) each.classList.add("active");
  teller.hidden = false;
  standAside(mark);
};
// the card stands at the foot of the window, or at its head where it would lie on the mark it tells of
const standAside = (mark) => {
  teller.classList.remove("above");
  const { top } = teller.getBoundingClientRect();
  teller.classList.toggle("above", [...mark.getClientRects()].some((each) => each.bottom > top - 8));
};
const reachable = (text, selector = "mark[tabindex][data-key]:not([data-off])") => all(selector, text);
const focusOn = (mark) => {
  if (!mark) return;
  const text = mark.closest(".text");
  for (const each of all("mark[tabindex='0']", text)) each.tabIndex = -1;
  mark.tabIndex = 0;
  mark.scrollIntoView({ block: "nearest" });
  mark.focus({ preventScroll: true });
};
for (const text of all(".text")) {
  const first = find("mark[tabindex][data-key]", text);
  if (first) first.tabIndex = 0;
  text.addEventListener("pointerover", (event) => { const mark = event.target.closest("mark"); if (mark && !kept) tell(mark); });
  text.addEventListener("pointerleave", () => { if (!kept && !text.contains(document.activeElement)) forget(); });
  text.addEventListener("focusin", (event) => { if (event.target.closest("mark") && !kept) tell(event.target.closest("mark")); });
  text.addEventListener("focusout", () => { if (!kept) forget(); });
  text.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (!mark) { forget(); return; }
    tell(mark);
    kept = !teller.hidden;
  });
  text.addEventListener("keydown", (event) => {
    const marks = reachable(text);
    const events = reachable(text, "mark.trigger[tabindex]:not([data-off])");
    const at = marks.indexOf(document.activeElement);
    const next = (list, step) => {
      const here = marks.indexOf(document.activeElement);
      const order = list.map((each) => marks.indexOf(each));
      return list[step > 0 ? order.findIndex((each) => each > here) : order.findLastIndex((each) => each < here)];
    };
    // the text runs from right to left, so the left arrow goes on
    const moves = { ArrowLeft: () => marks[at + 1], ArrowRight: () => marks[at - 1], Home: () => marks[0], End: () => marks.at(-1), ArrowDown: () => next(events, 1), ArrowUp: () => next(events, -1) };
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); kept = false; tell(document.activeElement); kept = true; }
    else if (moves[event.key]) { event.preventDefault(); kept = false; focusOn(moves[event.key]()); }
  });
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") forget(); });
for (const button of all(".event > button")) {
  button.addEventListener("click", () => {
    const trigger = byKey(button.closest(".layer"), button.parentElement.dataset.key)[0];
    if (!trigger) return;
    kept = false;
    focusOn(trigger);
    trigger.scrollIntoView({ block: "center" });
    tell(trigger);
    kept = true;
  });
}

// --- labels: none over another or out of its card; one that finds no room goes a row further out, is cut short, or waits until its mark is told ---
const fullTag = new WeakMap();
const tags = all(".text mark[data-tag]:not(.continued)");
for (const each of tags) fullTag.set(each, each.dataset.tag);
// left and right of the card, from the text's left
const edgesOf = (text) => {
  const [inner, card] = [text, text.closest(".layer")].map((each) => each.getBoundingClientRect());
  return { left: card.left - inner.left + 4, right: card.right - inner.left - 4 };
};
// the label's place along the line, moved by the property so that it stays between the edges
const keepInside = (mark, edges, property) => {
  const style = getComputedStyle(mark, "::before");
  const [x, start, width, before, after] = [style.left, style.marginInlineStart, style.width, style.paddingLeft, style.paddingRight].map(parseFloat);
  const left = x + start;
  const right = left + width + before + after;
  const shift = left < edges.left ? edges.left - left : right > edges.right ? Math.max(edges.right - right, edges.left - left) : 0;
  if (shift) mark.style.setProperty(property, `${shift}px`); else mark.style.removeProperty(property);
  return { left: left + shift, right: right + shift };
};
const boxOf = (mark, edges) => {
  const style = getComputedStyle(mark, "::before");
  if (style.display === "none") return null;
  const [top, margin, height] = [style.top, style.marginTop, style.height].map(parseFloat);
  return { ...keepInside(mark, edges, "--shift"), top: top + margin, bottom: top + margin + height };
};
const meet = (one, two) => one.left < two.right + 2 && two.left < one.right + 2 && one.top < two.bottom && two.top < one.bottom;
const placeLabels = () => {
  for (const each of tags) { delete each.dataset.room; each.dataset.tag = fullTag.get(each); }
  for (const text of shown().flatMap((layer) => all(".text", layer))) {
    const marks = tags.filter((each) => text.contains(each));
    const edges = edgesOf(text);
    const natural = new Map(marks.map((each) => [each, boxOf(each, edges)]).filter(([, box]) => box));
    const taken = [];
    const rest = [];
    // labels with room of their own stay where they are
    for (const [mark, box] of natural) {
      if (taken.some((other) => meet(box, other))) rest.push(mark); else taken.push(box);
    }
    for (const mark of rest) {
      const short = fullTag.get(mark).split(" · ")[0];
      const ways = [() => { mark.dataset.room = "out"; }, () => { delete mark.dataset.room; mark.dataset.tag = short; }, () => { mark.dataset.room = "out"; }];
      const fits = ways.some((way) => {
        way();
        const box = boxOf(mark, edges);
        if (taken.some((other) => meet(box, other))) return false;
        taken.push(box);
        return true;
      });
      if (!fits) { mark.dataset.room = "none"; mark.dataset.tag = fullTag.get(mark); }
    }
  }
};

// --- types ---
const filter = () => {
  const off = new Set(all(".chip[aria-pressed=false]").map((each) => each.dataset.type));
  for (const each of all("mark[data-type]")) each.toggleAttribute("data-off", off.has(each.dataset.type));
  for (const each of all("li.event, .mentions > div")) each.hidden = off.has(each.dataset.type);
  forget();
  placeLabels();
  for (const text of all(".text")) if (!find("mark[tabindex='0']:not([data-off])", text) && reachable(text)[0]) reachable(text)[0].tabIndex = 0;
};
const press = (chip, on) => chip.setAttribute("aria-pressed", String(on));
for (const chip of all(".chip")) chip.addEventListener("click", () => { press(chip, chip.getAttribute("aria-pressed") === "false"); filter(); });
for (const button of all("[data-all]")) {
  button.addEventListener("click", () => {
    const chips = all(`.${button.dataset.all}`);
    const on = chips.some((each) => each.getAttribute("aria-pressed") === "false");
    for (const each of chips) press(each, on);
    filter();
  });
}

// --- search: without diacritics, tatweel and the forms of alef, yeh and teh marbuta ---
const alike = { "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي" };
const folded = (text) => {
  const [letters, places] = [[], []];
  let place = 0;
  for (const letter of text) {
    if (!/[\p{Mn}\u0640\u200c\u200d]/u.test(letter)) {
      for (const each of (alike[letter] ?? letter).toLowerCase()) { letters.push(each); places.push(place); }
    }
    place += letter.length;
  }
  return { letters, places: [...places, place] };
};
const nodesOf = (paragraph) => {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  const found = [];
  let start = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) { found.push({ node, start }); start += node.length; }
  return found;
};
let ranges = [];
let current = -1;
const search = () => {
  const box = find("#search");
  if (!box) return;
  const wanted = folded(box.value.trim()).letters.join("");
  [ranges, current] = [[], -1];
  for (const paragraph of wanted ? shown().flatMap((each) => all(".text p", each)) : []) {
    const { letters, places } = folded(paragraph.textContent);
    const text = letters.join("");
    const offsets = letters.flatMap((each, number) => Array(each.length).fill(number));
    const nodes = nodesOf(paragraph);
    const point = (offset, end) => nodes.findLast((each) => (end ? each.start < offset : each.start <= offset));
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const first = places[offsets[at]];
      const last = places[offsets[at + wanted.length - 1] + 1];
      const range = new Range();
      range.setStart(point(first).node, first - point(first).start);
      range.setEnd(point(last, true).node, last - point(last, true).start);
      ranges.push(range);
    }
  }
  if (window.Highlight && CSS.highlights) CSS.highlights.set("search", new Highlight(...ranges));
  find("#hits").textContent = wanted ? (ranges.length ? `${ranges.length} found` : "none") : "";
};
const controls = find(".controls");
controls.addEventListener("submit", (event) => event.preventDefault());
find("#search")?.addEventListener("input", search);
find("#search")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !ranges.length) return;
  event.preventDefault();
  current = (current + (event.shiftKey ? ranges.length - 1 : 1)) % ranges.length;
  ranges[current].startContainer.parentElement.scrollIntoView({ block: "center" });
  find("#hits").textContent = `${current + 1} of ${ranges.length}`;
});
for (const each of all("#main, #other")) each.addEventListener("change", show);
find("#tags")?.addEventListener("change", (event) => { document.body.classList.toggle("no-tags", !event.target.checked); placeLabels(); });
addEventListener("resize", placeLabels);
// on a narrow screen the text comes first
if (matchMedia("(max-width: 52rem)").matches) for (const each of all(".legend")) each.open = false;
if (layers.length) show();
