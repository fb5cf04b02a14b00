// Reads the pass hint before first paint, so that a member's page never shows where an advertisement would stand.
// Put it in <head> as a plain script; it asks nothing of the network.
(() => {
  "use strict";
  const hint = /(?:^|;\s*)mh_hint="?([\w.]*)~/.exec(document.cookie);
  if (!hint || !hint[1]) return;
  const root = document.documentElement;
  const benefits = hint[1].split(".");
  root.dataset.mastheadBenefits = benefits.join(" ");
  root.classList.toggle("mh-ad-free", benefits.includes("ad_free"));
})();
