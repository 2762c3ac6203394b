"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const VERDICTS = ["conforms", "departs", "violates", "unsupported", "inconclusive"];
  const FINDINGS = [["conforms", "held"], ["violates", "broken"], ["unsupported", "not reached"]];
  const VIEWS = ["cases", "requirements", "disagreements", "invariants", "case"];
  const text = (place) => data.texts[place];

  // Elements are made of text alone: nothing from the data is ever read as markup.
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const badge = (kind, word) => make("span", { class: `v ${kind}` }, word || kind);

  // --- filters
  const fields = ["text", "area", "level", "basis", "verdict", "mta"].map((name) => byId(`f-${name}`));
  const listed = (selector) => [...document.querySelectorAll(selector)].map((row) => ({
    row,
    words: row.textContent.toLowerCase() + " " + (row.dataset.r || "").toLowerCase(),
    cells: [...row.querySelectorAll("td")],
  }));
  const tables = { cases: listed("#cases tbody tr"), requirements: listed("#requirements tbody tr"), disagreements: listed(".difference") };
  const has = (list, word) => !word || (list || "").split(" ").includes(word);
  const verdictFits = (cells, verdict, mta) => {
    if (verdict === "differs") return new Set(cells.map((cell) => cell.dataset.v)).size > 1;
    const asked = mta === "" ? cells : [cells[Number(mta)]];
    if (verdict === "") return mta === "" || asked[0].dataset.v !== undefined;
    return asked.some((cell) => verdict === "unexpected" ? cell.dataset.x !== undefined : cell.dataset.v === verdict);
  };
  const filter = () => {
    const [words, area, level, basis, verdict, mta] = fields.map((field) => field.value);
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const said = (entry) => wanted.every((word) => entry.words.includes(word));
    const counts = {};
    for (const [name, entries] of Object.entries(tables)) {
      let shown = 0;
      for (const entry of entries) {
        const { row, cells } = entry;
        const own = row.dataset;
        let fits = said(entry);
        if (name !== "disagreements") fits = fits && has(own.l, level) && has(own.b, basis);
        if (name === "cases") fits = fits && (!area || own.a === area) && verdictFits(cells, verdict, mta);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      counts[name] = [shown, entries.length];
    }
    const [shown, all] = counts[view()] || counts.cases;
    byId("f-count").textContent = `${shown} of ${all}`;
  };

  // --- one case
  const fenced = (source, into) => {
    let lines = [];
    let fence = null;
    const end = () => {
      const block = lines.join("\n").trim();
      if (fence !== null) {
        into.append(make("span", { class: "fence" }, fence), make("pre", { tabindex: "0" }, lines.join("\n")));
      } else if (block) {
        for (const part of block.split(/\n\s*\n/)) {
          if (part.startsWith("#")) into.append(make("h4", {}, part.replace(/^#+\s*/, "").replace(/\s*\{#[^}]*\}\s*$/, "")));
          else if (part.startsWith("|")) into.append(make("pre", {}, part));
          else into.append(make("p", {}, ...part.split("`").map((piece, n) => n % 2 ? make("code", {}, piece) : piece)));
        }
      }
      lines = [];
    };
    let mark = "";
    for (const line of source.split("\n")) {
      const opens = /^(`{3,})(.*)$/.exec(line);
      if (fence === null && opens) {
        end();
        [mark, fence] = [opens[1], opens[2]];
      } else if (fence !== null && line.startsWith(mark) && line.trim() === mark) {
        end();
        fence = null;
      } else lines.push(line);
    }
    end();
    return into;
  };
  const seconds = (ms) => {
    const minutes = Math.floor(ms / 60000);
    const rest = ((ms % 60000) / 1000).toFixed(3) + "s";
    const hours = Math.floor(minutes / 60);
    return (hours ? `${hours}h` : "") + (minutes ? `${minutes % 60}m` : "") + rest;
  };
  const asked = ([place, finding, row, saw, known]) => {
    const [claim, line, wanted, ids] = data.claims[place];
    return { claim, line, finding, row, saw, wanted, ids, known };
  };
  const timeline = (result, prefix) => {
    const [lanes, rows] = data.dialogues[result.dialogue];
    const why = new Map();
    const note = (row, words) => row >= 0 && why.set(row, [...(why.get(row) || []), words]);
    for (const { claim, line, finding, row } of result.claims.map(asked)) if (finding === 1) note(row, `✗ line ${line}: ${text(claim)}`);
    for (const [row, words] of result.notes) note(row, `✗ invariant ${text(words)}`);
    const list = make("ol", {});
    if (lanes.length > 1) {
      list.append(make("li", { class: "lanes" }, make("span"), ...lanes.slice(1).map((lane) => make("span", {}, text(lane)))));
    }
    let [now, last, place] = [0, -1, 0];
    for (let at = 0; at < rows.length; at += 3) {
      const [after, lane, further] = rows.slice(at, at + 3);
      now += after;
      place += further;
      const number = at / 3;
      const words = text(place);
      const kind = words.startsWith("C:") ? "c" : words.startsWith("S:") ? "s" : "";
      const marked = why.get(number);
      const row = make("li", { class: (lane ? "" : "world ") + (marked ? "marked" : ""), id: `${prefix}-${number}` });
      row.append(make("time", {}, now === last ? "" : seconds(now)));
      const cell = make("span", { class: kind }, words);
      cell.style.gridColumn = lane ? String(lane + 1) : "2 / -1";
      row.append(cell);
      for (const reason of marked || []) row.append(make("span", { class: "why" }, reason));
      list.append(row);
      last = now;
    }
    const box = make("div", { class: "dialogue", tabindex: "0", role: "region", "aria-label": `Dialogue of ${prefix}` }, list);
    box.style.setProperty("--lanes", String(Math.max(1, lanes.length - 1)));
    return box;
  };
  const claims = (result, prefix) => make("ul", { class: "claims" }, ...result.claims.map(asked).map(({ claim, line, finding, row, saw, wanted, ids, known }) => {
    const item = make("li", {}, badge(...FINDINGS[finding]), ` line ${line}: `, make("code", {}, text(claim)));
    if (row >= 0) {
      const link = make("a", { href: `#${prefix}-${row}` }, "show");
      link.addEventListener("click", (event) => {
        event.preventDefault();
        byId(`${prefix}-${row}`).scrollIntoView({ block: "center" });
      });
      item.append(" ", link);
    }
    if (finding !== 0 && wanted) item.append(make("small", {}, `expected: ${text(wanted)}`));
    if (finding !== 0 && saw) item.append(make("small", {}, `seen: ${text(saw)}`));
    if (known) item.append(make("small", {}, `known: ${text(known)}`));
    for (const id of text(ids).split(" ").filter(Boolean)) {
      const sentence = data.requirements[id];
      item.append(make("small", {}, make("a", { href: `#cases=${id}` }, id), sentence === undefined ? "" : ` ${text(sentence)}`));
    }
    return item;
  }));
  const same = (one, other) => one && other && one.dialogue === other.dialogue && one.verdict === other.verdict && JSON.stringify(one.claims) === JSON.stringify(other.claims);
  const showCase = (id) => {
    const into = byId("case");
    const found = Object.hasOwn(data.cases, id) ? data.cases[id] : null;
    into.replaceChildren(make("h2", { id: "case-heading", tabindex: "-1" }, make("code", {}, id)));
    if (!found) return into.append(make("p", {}, "No run has this case."));
    if (found.section) {
      into.append(make("p", {}, make("b", {}, text(found.title)), " ", make("span", { class: "title" }, text(found.place))));
      const prose = make("div", { class: "prose" });
      into.append(make("details", {}, make("summary", {}, "What the page says before its sections: the world that its cases share"), fenced(text(found.shared), make("div", { class: "prose" }))));
      into.append(fenced(text(found.section).split("\n").slice(1).join("\n"), prose));
    }
    const done = new Set();
    const results = found.results.map((result) => {
      if (!result) return null;
      const [verdict, reason, dialogue, log, claims, notes] = result;
      return { verdict, reason, dialogue, log, claims, notes };
    });
    results.forEach((result, run) => {
      if (!result || done.has(run)) return;
      const alike = results.map((_, other) => other).filter((other) => other >= run && same(result, results[other]));
      alike.forEach((other) => done.add(other));
      const names = alike.map((other) => data.runs[other]).join(", ");
      const box = make("article", { class: "result" }, make("h3", {}, names, " ", badge(VERDICTS[result.verdict])));
      const prefix = `run${run}`;
      if (result.reason) box.append(make("p", {}, text(result.reason)));
      box.append(claims(result, prefix), timeline(result, prefix));
      if (result.log) box.append(make("details", {}, make("summary", {}, "Its own log"), make("pre", {}, text(result.log))));
      into.append(box);
    });
    into.append(make("p", {}, "Again: ", make("code", {}, `mtaspec run '${id}'`)));
  };

  // --- views
  const view = () => {
    const name = location.hash.slice(1).split("=")[0];
    return VIEWS.includes(name) ? name : "cases";
  };
  // A browser encodes some characters of an id; an id may hold a percent sign of its own.
  const named = (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  };
  // A list that one comes back to stands where it stood.
  const places = {};
  addEventListener("click", (event) => {
    if (event.target.closest("a")) places[view()] = scrollY;
  }, true);
  const show = () => {
    const now = view();
    const value = named(location.hash.slice(1).split("=").slice(1).join("="));
    for (const name of VIEWS) byId(name).hidden = name !== now;
    byId("filters").hidden = now === "case" || now === "invariants";
    document.querySelector(".summary").hidden = now !== "cases";
    for (const link of document.querySelectorAll("nav a")) {
      if (link.hash === `#${now}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (now === "case") {
      showCase(value);
      byId("case-heading").focus({ preventScroll: true });
    } else if (now === "cases" && value) {
      byId("filters").reset();
      fields[0].value = value;
    }
    filter();
    scrollTo(0, now === "case" || value ? 0 : places[now] || 0);
  };
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("reset", () => setTimeout(filter));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", show);
  show();
})();
