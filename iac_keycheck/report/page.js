"use strict";
(function () {
  const form = document.querySelector("form.filters");
  const list = document.getElementById("list");
  const all = Array.from(document.querySelectorAll("details.finding"));

  function groups(choice) {
    if (choice.startsWith("framework:")) {
      const name = choice.slice("framework:".length);
      return (one) => JSON.parse(one.dataset.controls)[name] || "no control of " + name;
    }
    return choice ? (one) => one.dataset[choice] : null;
  }

  function regroup(choice) {
    list.querySelectorAll("h3.group").forEach((title) => title.remove());
    const name = groups(choice);
    if (!name) {
      list.append(...all);
      return;
    }
    const members = new Map();
    all.forEach((one) => members.set(name(one), [...(members.get(name(one)) || []), one]));
    const order = new Intl.Collator("en", { numeric: true });
    Array.from(members.keys()).sort(order.compare).forEach((key) => {
      const title = document.createElement("h3");
      title.className = "group";
      list.append(title, ...members.get(key));
      title.dataset.name = key;
    });
  }

  function count() {
    list.querySelectorAll("h3.group").forEach((title) => {
      let shown = 0;
      for (let one = title.nextElementSibling; one && one.tagName === "DETAILS"; one = one.nextElementSibling) {
        shown += one.hidden ? 0 : 1;
      }
      title.textContent = title.dataset.name + " (" + shown + ")";
      title.hidden = shown === 0;
    });
  }

  if (form) {
    const search = form.querySelector("input[type=search]");
    const boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
    const grouping = form.querySelector("select[name=group]");
    const texts = all.map((one) => one.textContent.toLowerCase());

    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const off = boxes.filter((box) => !box.checked);
      let left = 0;
      all.forEach((one, index) => {
        const shown = words.every((word) => texts[index].includes(word)) &&
          !off.some((box) => one.dataset[box.name] === box.value);
        one.hidden = !shown;
        left += shown ? 1 : 0;
      });
      count();
      document.getElementById("told").textContent = left + " of " + all.length + " shown";
      document.getElementById("none").hidden = left > 0;
    };
    const reset = () => {
      search.value = "";
      boxes.forEach((box) => { box.checked = true; });
      apply();
      search.focus();
    };
    const toggle = (open) => all.forEach((one) => { if (!one.hidden) { one.open = open; } });

    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    grouping.addEventListener("change", () => { regroup(grouping.value); apply(); });
    form.querySelector("button[name=open]").addEventListener("click", () => toggle(true));
    form.querySelector("button[name=close]").addEventListener("click", () => toggle(false));
    document.getElementById("reset").addEventListener("click", reset);
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        search.focus();
        search.select();
      } else if (event.key === "Escape" && event.target === search && search.value) {
        event.preventDefault();
        search.value = "";
        apply();
      }
    });
    // A browser that goes back gives the fields their values again.
    regroup(grouping.value);
    apply();
    window.addEventListener("pageshow", () => { regroup(grouping.value); apply(); });
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));

  const open = () => {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (there && there.tagName === "DETAILS") {
      there.open = true;
      there.hidden = false;
      there.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", open);
  open();
})();
