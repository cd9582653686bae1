"use strict";
(function () {
  const form = document.querySelector("form.filters");
  const all = Array.from(document.querySelectorAll("details.finding"));
  if (form) {
    form.hidden = false;
    const search = form.querySelector("input[type=search]");
    const told = document.getElementById("told");
    const texts = all.map((one) => one.textContent.toLowerCase());
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const off = Array.from(form.querySelectorAll("input[type=checkbox]:not(:checked)"));
      let left = 0;
      all.forEach((one, index) => {
        const shown = words.every((word) => texts[index].includes(word)) &&
          !off.some((box) => one.dataset[box.name] === box.value);
        one.hidden = !shown;
        left += shown ? 1 : 0;
      });
      told.textContent = left + " of " + all.length + " shown";
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && document.activeElement !== search) {
        event.preventDefault();
        search.focus();
      }
    });
    apply();
  }
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
  const open = () => {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (there && there.tagName === "DETAILS") { there.open = true; }
  };
  window.addEventListener("hashchange", open);
  open();
})();
