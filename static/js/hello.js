// Says to the server, once a person sees the page, that a personal link was opened, and in which
// zone. Programs that only look where links lead do not get here.

const place = document.querySelector("[data-hello]");

function sayHello() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", sayHello);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  fetch(place.dataset.hello, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ time_zone: timeZone ?? "", language: navigator.language }),
    keepalive: true,
  }).catch(() => {}); // nobody waits for it
}

if (place) {
  document.addEventListener("visibilitychange", sayHello);
  sayHello();
}
