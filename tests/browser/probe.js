// Stands behind the page's own script in a copy of the page, does what a person would, and leaves what it saw.
"use strict";
(() => {
  const seen = { errors: window.probeErrors, violations: window.probeViolations };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const go = (hash) => {
    location.hash = hash;
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const set = (name, value) => {
    document.getElementById(`f-${name}`).value = value;
    document.getElementById("filters").dispatchEvent(new Event("input", { bubbles: true }));
  };
  const shown = () => all("#cases tbody tr").filter((row) => !row.hidden).length;

  // Filters.
  go("#cases");
  seen.rows = shown();
  seen.filters = {};
  for (const verdict of ["conforms", "departs", "violates", "unsupported", "inconclusive", "unexpected", "differs"]) {
    set("verdict", verdict);
    seen.filters[verdict] = shown();
  }
  set("verdict", "");
  for (const [name, value] of [["area", "routing"], ["level", "SHOULD"], ["basis", "rfc"], ["mta", "1"], ["text", "sel-14"], ["text", "no such case"]]) {
    set(name, value);
    seen.filters[`${name}=${value}`] = shown();
    set(name, "");
  }
  const times = [1, 2, 3, 4, 5].map((n) => {
    const before = performance.now();
    set("text", "t".repeat(n % 2));
    set("verdict", n % 2 ? "violates" : "");
    document.body.getBoundingClientRect();
    return performance.now() - before;
  });
  set("text", "");
  set("verdict", "");
  seen.filterMs = Math.min(...times);
  seen.rowsAfter = shown();

  // Links.
  const ids = new Set(Object.keys(JSON.parse(document.getElementById("data").textContent).cases));
  seen.badLinks = all("a").map((link) => link.getAttribute("href")).filter((href) => {
    if (href.startsWith("#case=")) return !ids.has(href.slice(6));
    return !(href.startsWith("#cases=") || document.querySelector(`[id="${href.slice(1)}"]`));
  });

  // Views: nothing scrolls sideways but dialogues; words can be read; controls have names.
  const number = (text) => text.match(/[\d.]+/g).map(Number);
  const behind = (element) => {
    for (let own = element; own; own = own.parentElement) {
      const colour = number(getComputedStyle(own).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (element) => {
    const [one, other] = [luminance(number(getComputedStyle(element).color)), luminance(behind(element))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const isSeen = (element) => element.getClientRects().length > 0;
  seen.views = {};
  const look = (name) => {
    const sideways = document.documentElement.scrollWidth > innerWidth ? [`page ${document.documentElement.scrollWidth}`] : [];
    for (const element of all("main *")) {
      const style = getComputedStyle(element);
      const scrolls = ["auto", "scroll"].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
      if (scrolls && !element.classList.contains("dialogue")) sideways.push(element.className || element.tagName);
    }
    const texts = all("body *").filter((element) => isSeen(element) && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    const faint = texts.filter((element) => contrast(element) < 4.5).map((element) => `${element.tagName}.${element.className} ${contrast(element).toFixed(2)}`);
    const nameless = all("input, select, button, a, [role=region]").filter(isSeen).filter((control) => {
      return !(control.labels && control.labels.length) && !control.textContent.trim() && !control.getAttribute("aria-label");
    });
    seen.views[name] = { sideways, faint: [...new Set(faint)], nameless: nameless.map((control) => control.outerHTML.slice(0, 80)), texts: texts.length };
  };
  for (const name of ["cases", "requirements", "disagreements", "invariants"]) {
    go(`#${name}`);
    seen.views[name] = null;
    if (document.getElementById(name).hidden) seen.errors.push(`${name} is not shown`);
    look(name);
  }
  const broken = all("#cases tbody tr").find((row) => row.querySelector('[data-v="violates"]'));
  go(broken.querySelector("a").getAttribute("href"));
  look("case");
  seen.marked = all("#case .marked").map((row) => row.querySelector(".why").textContent);
  seen.markedEvent = all("#case .marked").map((row) => row.querySelector("span").textContent);
  seen.dialogues = all("#case .dialogue").length;
  seen.lanes = all("#case .lanes")[0].textContent;
  seen.sentences = all("#case .claims small a").length;
  all("#case .claims li > a")[0].click();
  go("#case=no/such#case");
  seen.unknown = document.getElementById("case").textContent;
  go(`#cases=SEL-14`);
  seen.cited = shown();
  go("#cases=%");

  seen.landmarks = ["header", "main", "footer", "nav[aria-label]", "h1", "html[lang]", "title"].filter((selector) => !document.querySelector(selector));
  seen.duplicates = all("[id]").map((element) => element.id).filter((id, place, list) => list.indexOf(id) !== place);
  seen.scripts = document.scripts.length;
  seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
  seen.width = innerWidth;
  seen.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  parent.postMessage(JSON.stringify(seen), "*");
})();
