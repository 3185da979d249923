// The page that says "one moment": looks now and then whether what was asked for is there again, and
// only then loads it. A little later each time and by chance, so that a crowd does not come at once.

const place = document.querySelector("[data-pause]");
const LONGEST = 60;
let seconds = Number(place.dataset.pause);

document.querySelector("[data-pause-note]")?.removeAttribute("hidden");

async function look() {
  if (!document.hidden && (await isBack())) return location.reload();
  seconds = Math.min(seconds * 1.5, LONGEST);
  wait();
}

async function isBack() {
  try {
    // As htmx asks: while the pause lasts the answer is short.
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
    return answer.status !== 503;
  } catch {
    return false;
  }
}

const wait = () => setTimeout(look, seconds * 1000 * (1 + Math.random() / 2));

wait();
