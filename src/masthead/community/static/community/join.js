// The join page works without this file. With it, a choice changes the page in place and keeps what was typed,
// the button says the price of an amount as it is typed, and a second press of the button does nothing.

const root = () => document.getElementById("join");
// A choice on its way to the page: paying waits for it, so that what was chosen is what is paid.
let choosing = null;
// Settles when no pointer is down: a button that is exchanged between press and release would swallow the click.
let released = Promise.resolve();

// The amount with what its payment costs, where the reader adds that: as rules/asking.py counts it.
function cover(amount, units, step) {
  const box = document.getElementById("cover");
  if (!box?.checked) return amount;
  const [share, fixed] = [Number(box.dataset.share), Number(box.dataset.fixed)];
  const wanted = Math.round(amount * units);
  const left = (total) => total - Math.floor((total * share * 2 + 10_000) / 20_000) - fixed;
  let total = Math.floor(((wanted + fixed) * 10_000) / (10_000 - share)) - 3;
  while (left(total) < wanted) total += 1;
  return (Math.ceil(total / step) * step) / units;
}

function sayOther() {
  const words = document.querySelector("[data-other-words]");
  const field = document.getElementById("other");
  if (!words || !field) return;
  const typed = field.value.trim().replace(/\s/g, "");
  // The site says how many decimals there are: browsers leave out those of the forint and the ariary.
  const [units, step] = [Number(words.dataset.units), Number(words.dataset.step)];
  const places = Math.round(Math.log10(units));
  const [whole, decimals = ""] = typed.replace(",", ".").split(".");
  const readable = /^\d+$/.test(whole) && /^\d*$/.test(decimals) && decimals.length <= places;
  const amount = readable ? cover(Number(`${whole}.${decimals}`), units, step) : NaN;
  words.hidden = !(amount > 0);
  if (words.hidden) return;
  const shown = Number.isInteger(amount) ? 0 : places;
  const money = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency: words.dataset.currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(amount);
  words.textContent = ` · ${words.dataset.otherWords.replace("{amount}", money)}`;
}

async function choose(form, button) {
  const query = new URLSearchParams(new FormData(form, button));
  const address = `${form.action.split(/[?#]/)[0]}?${query}`;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("not the join page");
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("join");
  if (!next) throw new Error("not the join page");
  await released;
  const email = document.getElementById("email")?.value;
  root().replaceWith(document.adoptNode(next));
  const field = document.getElementById("email");
  if (field && email) field.value = email;
  history.replaceState(null, "", address);
  document.getElementById(button.id)?.focus({ preventScroll: true });
  const pay = document.getElementById("pay");
  if (button.name === "tier" && pay.offsetTop > document.getElementById("choices").offsetTop) pay.scrollIntoView();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-choices]") && event.submitter) {
    event.preventDefault();
    const button = event.submitter;
    const choice = choose(form, button).then(
      () => choosing === choice && (choosing = null),
      () => {
        const query = new URLSearchParams(new FormData(form, button));
        location.assign(`${form.action.split(/[?#]/)[0]}?${query}#choices`);
      },
    );
    choosing = choice;
  } else if (form.matches("[data-pay]") && choosing) {
    event.preventDefault();
    choosing.then(() => choosing || document.querySelector("[data-go]")?.click());
  } else if (form.matches("[data-pay]")) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelector("[data-go]")?.setAttribute("aria-disabled", "true");
  }
});

document.addEventListener("pointerdown", () => {
  released = new Promise((resolve) => {
    const settle = () => setTimeout(resolve);
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, settle, { once: true });
  });
});

document.addEventListener("input", (event) => {
  if (event.target.id === "other") {
    document.getElementById("amount-other").checked = true;
    sayOther();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "cover") sayOther();
  if (event.target.id === "amount-other") document.getElementById("other").focus();
});

// A page that comes back from the browser's memory after payment was left may be sent again.
window.addEventListener("pageshow", () => {
  const form = document.querySelector("[data-pay]");
  if (form) delete form.dataset.sent;
  form?.querySelector("[data-go]")?.removeAttribute("aria-disabled");
  sayOther();
});

sayOther();
document.getElementById("errors")?.focus();
