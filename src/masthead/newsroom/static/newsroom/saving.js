// The console saves a form by itself while someone writes in it. Published in that moment, a new article came into
// being twice: the address of the first had not come back yet. So what is sent waits for what is being saved.
const PATIENCE = 15_000; // milliseconds after which it is sent all the same
const saving = new Set();
const held = new Map();

function send(form) {
  const { button, last } = held.get(form);
  clearTimeout(last);
  held.delete(form);
  saving.delete(form);
  if (button?.name) {
    // The console switches a pressed button off, and a button that is off sends no name.
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  }
  form.requestSubmit();
}

document.addEventListener("w-autosave:save", ({ target }) => saving.add(target));
for (const end of ["success", "error"]) {
  document.addEventListener(`w-autosave:${end}`, ({ target }) => {
    saving.delete(target);
    // Another saving may follow at once, for what was written meanwhile.
    setTimeout(() => held.has(target) && !saving.has(target) && send(target));
  });
}

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter: button } = event;
    if (!saving.has(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!held.has(form)) held.set(form, { button, last: setTimeout(() => send(form), PATIENCE) });
  },
  { capture: true },
);
