// Masthead's tag: asks once for each page view, fills the page's slots, tells what became of each appeal.
// When the service is away the page stays as it is: readable, with its own words in the slots.
(() => {
  "use strict";

  const root = document.documentElement;
  const base = new URL(".", document.currentScript?.src || new URL("/_masthead/", location));
  const policy = window.trustedTypes?.createPolicy("masthead", { createHTML: (html) => html });
  const trust = (html) => policy?.createHTML(html) ?? html;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, fields) => Object.assign(document.createElement(name), fields);
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const on = (target, names, act) => {
    for (const name of names.split(" ")) target.addEventListener(name, act);
    return () => names.split(" ").forEach((name) => target.removeEventListener(name, act));
  };

  const ask = (path, fields) => {
    const late = new AbortController();
    setTimeout(() => late.abort(), 6000);
    return fetch(new URL(path, base), { signal: late.signal, cache: "no-store", ...fields });
  };

  const post = (path, fields) =>
    ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(fields),
      keepalive: true,
    });

  // Tabs share one cookie: they take turns, so that no answer overwrites another's.
  const inTurn = (work) => (navigator.locks ? navigator.locks.request("masthead", work) : work());

  const tell = async (token, what, tries = 3) => {
    const send = () => post("beacon", { token, what });
    const answer = await (what === "clicked" ? send() : inTurn(send)).catch(() => ({}));
    if (answer.status !== 503 || tries < 2) return;
    await pause(answer.headers.get("Retry-After") || 5);
    tell(token, what, tries - 1);
  };

  // ---- The pass hint, and the advertisements that hang on it

  const readHint = () => {
    const [, names = "", renewAt] = /(?:^|; *)mh_hint="?([\w.]*)~(\d+)/.exec(document.cookie) || [];
    return { benefits: names.split("."), isOld: Date.now() / 1000 >= renewAt };
  };

  const runAds = () => {
    for (const template of all("[data-masthead-ad] > template")) {
      const ad = document.importNode(template.content, true);
      for (const part of all("script[src]:not([async])", ad)) part.async = false; // keeps their order
      template.replaceWith(ad);
    }
  };

  // ---- Appeals

  const shown = new Set(); // how to take each away again

  const loadStyles = () => {
    let link = document.querySelector('link[href*="/_masthead/tag.css"]');
    if (!link) document.head.append((link = make("link", { rel: "stylesheet", href: new URL("tag.css", base) })));
    return link.sheet || Promise.race([pause(3), new Promise((done) => on(link, "load error", done))]);
  };

  // Seen is: for one second half of it, or half the window where it is taller.
  const watch = (element, token) => {
    let timer, isSeen;
    const update = () => {
      clearTimeout(timer);
      if (isSeen && !document.hidden) timer = setTimeout(() => (stop(), tell(token, "seen")), 1000);
    };
    const observer = new IntersectionObserver(
      ([{ boundingClientRect: whole, intersectionRect: part }]) => {
        const was = isSeen;
        isSeen = part.height > 0 && part.height * 2 >= Math.min(whole.height, innerHeight);
        if (was !== isSeen) update();
      },
      { threshold: Array.from({ length: 41 }, (_, step) => step / 40) },
    );
    const ignore = on(document, "visibilitychange", update);
    const stop = () => {
      observer.disconnect();
      clearTimeout(timer);
      ignore();
    };
    observer.observe(element);
    return stop;
  };

  // Goes in while nothing in view would move for it; else after the next scroll that makes it so, click or key.
  const showInSlot = (slot, element, begin) => {
    const fits = () => {
      const { bottom, height, width } = slot.getBoundingClientRect();
      if (bottom >= innerHeight) return true;
      Object.assign(element.style, { position: "absolute", visibility: "hidden", inlineSize: `${width}px` });
      slot.append(element);
      const needed = element.offsetHeight;
      element.remove();
      element.removeAttribute("style");
      return needed <= height;
    };
    const attempt = (event) => {
      if (!/click|key/.test(event?.type) && !fits()) return;
      ignore();
      slot.style.minBlockSize = `${slot.offsetHeight}px`;
      slot.replaceChildren(element);
      begin();
    };
    const ignore = on(window, "scroll resize click keyup", attempt);
    attempt();
    return () => {
      ignore();
      if (!element.isConnected) return;
      element.remove();
      slot.style.minBlockSize = "";
      slot.tabIndex = -1;
      slot.focus({ preventScroll: true });
    };
  };

  // Stands along the bottom edge: announced, never over what has the focus, gone with Esc.
  const showBanner = (element, begin, leave) => {
    const banner = make("div", { className: "mh-banner" });
    const status = make("p", { className: "mh-status", role: "status" });
    document.body.append(status, banner);
    banner.append(element);
    pause(0.1).then(() => (status.textContent = element.querySelector("h2")?.textContent));
    const size = new ResizeObserver(() => root.style.setProperty("--mh-banner-size", `${banner.offsetHeight}px`));
    size.observe(banner);
    root.classList.add("mh-has-banner");
    const ignore = on(document, "focusin keydown", ({ key, target, defaultPrevented }) => {
      const isOver = target.getBoundingClientRect().bottom > banner.getBoundingClientRect().top;
      if (key === "Escape" && !defaultPrevented && !document.querySelector("dialog[open]")) leave();
      else if (!key && isOver && !banner.contains(target)) target.scrollIntoView({ block: "center" });
    });
    begin();
    return () => {
      ignore();
      size.disconnect();
      root.classList.remove("mh-has-banner");
      banner.remove();
      status.remove();
    };
  };

  // A modal dialog: the browser keeps the focus inside, closes on Esc, gives the focus back.
  const showLetter = (element, begin, leave) => {
    if (document.querySelector("dialog[open], input:focus, textarea:focus, [contenteditable]:focus")) return;
    const dialog = make("dialog", { className: "mh-letter" });
    dialog.setAttribute("aria-labelledby", element.getAttribute("aria-labelledby"));
    Object.assign(element.querySelector("h2"), { tabIndex: -1, autofocus: true });
    dialog.append(element);
    document.body.append(dialog);
    on(dialog, "close", () => leave());
    on(dialog, "click", ({ target }) => target === dialog && leave());
    dialog.showModal();
    begin();
    return () => {
      dialog.close();
      dialog.remove();
    };
  };

  const show = (placement, { html, token }) => {
    const element = make("template", { innerHTML: trust(html) }).content.firstElementChild;
    const slot = document.querySelector(`[data-masthead-slot="${placement}"]`);
    let takeAway, unwatch;
    const remove = () => {
      shown.delete(remove);
      unwatch?.();
      takeAway?.();
    };
    const leave = (what = "dismissed") => {
      if (!shown.has(remove)) return;
      tell(token, what);
      for (const each of what === "declined" ? [...shown] : [remove]) each();
    };
    for (const link of all('[data-masthead-action="join"]', element)) {
      link.href = new URL(link.getAttribute("href"), location);
      link.search += `${link.search && "&"}from=${token}`;
    }
    on(element, "click auxclick", ({ target, type }) => {
      const action = target.closest("[data-masthead-action]")?.dataset.mastheadAction;
      const wish = { close: "dismissed", "not-now": "declined" }[action];
      if (action === "join") tell(token, "clicked");
      else if (wish && type === "click") leave(wish);
    });
    shown.add(remove);
    const showIn = slot ? showInSlot.bind(null, slot) : placement === "banner" ? showBanner : showLetter;
    takeAway = showIn(element, () => (unwatch = watch(element, token)), leave);
  };

  // ---- The visit

  const says = (agreed) => document.querySelector(`[data-masthead-storage="${agreed}"]`);

  const describe = ({ dataset: page }) => ({
    article: page.mastheadArticle,
    section: page.mastheadSection || "",
    topics: (page.mastheadTopics || "").split(/\s*,\s*/).filter(Boolean),
    community_only: page.mastheadCommunityOnly === "true",
    placements: [...all("[data-masthead-slot]").map((slot) => slot.dataset.mastheadSlot), "banner", "letter"],
    language: page.mastheadLanguage || root.lang,
    storage: !says(false) && (!!says(true) || undefined),
  });

  const openCommunity = async (element) => {
    const url = new URL(element.dataset.mastheadCommunity, location);
    if (url.origin !== location.origin) return;
    const answer = await ask(url);
    if (answer.ok) element.innerHTML = trust(await answer.text());
  };

  const fillBadge = (badge, since) => {
    const format = new Intl.DateTimeFormat(root.lang || [], { month: "long", year: "numeric", timeZone: "UTC" });
    const words = badge.dataset.mastheadBadge || "Member since {since}";
    badge.textContent = words.replace("{since}", format.format(new Date(since)));
    badge.hidden = false;
  };

  const visit = async (article) => {
    const asked = await inTurn(() => post("visit", describe(article)));
    if (!asked.ok) return;
    const answer = await asked.json();
    document.dispatchEvent(new CustomEvent("masthead:visit", { detail: answer }));
    if (!answer.ads) root.classList.add("mh-ad-free");
    if (answer.member?.since) all("[data-masthead-badge]").forEach((badge) => fillBadge(badge, answer.member.since));
    if (answer.access === "full") all("[data-masthead-community]").forEach(openCommunity);
    const appeals = Object.entries(answer.appeals);
    if (appeals.length) await loadStyles();
    for (const [placement, appeal] of appeals) show(placement, appeal);
  };

  const begin = async () => {
    if (document.prerendering) await new Promise((done) => on(document, "prerenderingchange", done));
    if (readHint().isOld) await ask("pass").catch(() => {});
    const { benefits } = readHint();
    const isAdFree = benefits.includes("ad_free");
    root.dataset.mastheadBenefits = benefits.join(" ");
    root.classList.toggle("mh-ad-free", isAdFree);
    if (!isAdFree) runAds();
    const article = document.querySelector("[data-masthead-article]");
    if (article) visit(article).catch(() => {});
  };

  if (document.readyState === "loading") on(document, "DOMContentLoaded", begin);
  else begin();
})();
