// Show what the reader's own browser carries; it comes from there and is kept nowhere.
const note = document.querySelector("[data-reads]");
const part = (name) => note.querySelector(`[data-reads-${name}]`);
const day = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "long", timeZone: "UTC" });

function say(words) {
  const line = document.createElement("p");
  line.textContent = words;
  note.append(line);
}

function show(reads) {
  part("number").textContent = reads.reads.toLocaleString(document.documentElement.lang || undefined);
  part("days").replaceChildren(
    ...reads.days.map((one) => {
      const row = document.createElement("tr");
      for (const words of [day.format(new Date(one.day)), one.reads]) {
        row.append(Object.assign(document.createElement("td"), { textContent: words }));
      }
      return row;
    }),
  );
  if (reads.quiet_until) {
    part("until").dateTime = reads.quiet_until;
    part("until").textContent = day.format(new Date(reads.quiet_until));
    part("quiet").hidden = false;
  }
  part("shown").hidden = false;
}

try {
  const answer = await fetch("/_masthead/reads", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const reads = await answer.json();
  if (reads.remembered) show(reads);
  else say(note.dataset.none);
} catch {
  say(note.dataset.away);
}
