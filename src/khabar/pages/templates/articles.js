"use strict";
const find = (selector) => document.querySelector(selector);
const alike = { "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي" };
const folded = (text) => text.replace(/[\p{Mn}\u0640\u200c\u200d]/gu, "").replace(/[أإآٱىةؤئ]/g, (each) => alike[each]).toLowerCase();
const items = [...document.querySelectorAll(".list li")].map((item) => ({ item, text: folded(item.querySelector(".sought").textContent) }));
const filter = () => {
  const [source, split, type, wanted] = ["#source", "#split", "#event", "#search"].map((each) => find(each).value.trim());
  const readable = find("#readable").checked;
  for (const { item, text } of items) {
    item.hidden = (source && item.dataset.source !== source) || (split && item.dataset.split !== split) || (type && !item.dataset.types.split(" ").includes(type)) || (readable && !("readable" in item.dataset)) || !text.includes(folded(wanted));
  }
  const shown = items.filter(({ item }) => !item.hidden).length;
  find("#number").textContent = shown === items.length ? `${shown} articles` : `${shown} of ${items.length} articles`;
};
find(".controls").addEventListener("submit", (event) => event.preventDefault());
find(".controls").addEventListener("input", filter);
filter();
