"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];

  const compare = (left, right, direction) => {
    // what is undefined comes last in both directions
    if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
    const numbers = [Number(left), Number(right)];
    const order = numbers.some(Number.isNaN) ? left.localeCompare(right, "en", { numeric: true }) : numbers[0] - numbers[1];
    return order * direction;
  };

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const number = head.classList.contains("number");
      const now = head.getAttribute("aria-sort");
      const next = now === "none" ? (number ? "descending" : "ascending") : now === "ascending" ? "descending" : "ascending";
      heads.forEach((other) => other.setAttribute("aria-sort", other === head ? next : "none"));
      const direction = next === "ascending" ? 1 : -1;
      const value = (row) => row.cells[column].dataset.value;
      body.append(...[...body.rows].sort((left, right) => compare(value(left), value(right), direction)));
      document.getElementById("announcer").textContent = `Sorted by ${head.textContent.trim().slice(0, 80)}, ${next}`;
    });
  });
}
