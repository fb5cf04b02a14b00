// The page asks for a proof of work: a worker finds it, and the form goes on by itself.

const asked = document.querySelector("[data-proof]");
const form = document.querySelector("[data-pay]");

function say(works) {
  asked.querySelector("[data-proof-works]").hidden = !works;
  asked.querySelector("[data-proof-fails]").hidden = works;
}

function prove() {
  const worker = new Worker(asked.dataset.worker, { type: "module" });
  worker.addEventListener("error", () => say(false));
  worker.addEventListener("message", ({ data }) => {
    worker.terminate();
    const field = form.elements.namedItem("proof");
    // A choice made meanwhile has brought another form, which asks for itself.
    if (!field || !form.isConnected) return;
    field.value = data;
    form.requestSubmit();
  });
  say(true);
  worker.postMessage({ challenge: asked.dataset.proof, bits: Number(asked.dataset.bits) });
}

if (asked && form) prove();
