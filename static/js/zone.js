// The browser's time zone: told to the server as a cookie, offered in forms as a guess.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const told = document.cookie.split("; ").includes(`zone=${zone}`);

if (zone && !told) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  // A stranger's first page was written without knowing where they are. The attempt is
  // remembered by the cookie itself: without one, nothing is repeated.
  const kept = document.cookie.split("; ").includes(`zone=${zone}`);
  if (kept && document.querySelector("[data-zone-unknown]")) location.reload();
}

for (const field of document.querySelectorAll("[data-zone-field]")) field.value ||= zone ?? "";

function show(line) {
  line.querySelector("[data-zone-name]").textContent = zone.replaceAll("_", " ");
  line.hidden = false;
}

if (zone) document.querySelectorAll("[data-zone-guess]").forEach(show);

const offer = document.querySelector("[data-zone-use]");
const select = document.getElementById("id_time_zone");
// Some browsers still say the old name of a zone that the list has under its new one.
const renamed = JSON.parse(select?.dataset.renamed ?? "{}");
const knows = (name) => [...select.options].some((option) => option.value === name);
const mine = offer && zone && (knows(zone) ? zone : renamed[zone]);
if (mine && select.value !== mine && knows(mine)) {
  show(offer);
  offer.querySelector("button").addEventListener("click", () => {
    select.value = mine;
    offer.hidden = true;
    select.focus();
  });
}
