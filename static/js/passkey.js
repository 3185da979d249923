// Making and using passkeys. The server asks in JSON, where bytes are base64url, and is answered so.

const forms = [...document.querySelectorAll("[data-passkey]")];
const ours = document.getElementById("passkey-options");
let waiting; // the offer among what the browser fills in, which a press on the button ends

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));

/** What a browser wants to be asked, from what the server asks. */
function question({ publicKey: asked }) {
  const question = { ...asked, challenge: toBytes(asked.challenge) };
  if (asked.user) question.user = { ...asked.user, id: toBytes(asked.user.id) };
  if (asked.allowCredentials) question.allowCredentials = named(asked.allowCredentials);
  if (asked.excludeCredentials) question.excludeCredentials = named(asked.excludeCredentials);
  return question;
}

/** What the server wants to be told, from what the browser answers. */
function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function asked(form) {
  if (ours) return JSON.parse(ours.textContent);
  const reply = await fetch(form.action, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!reply.ok) throw new Error("The server did not say what to ask for.");
  return reply.json();
}

async function make(form) {
  const publicKey = question((await asked(form)).creation_options);
  const isEnough = form.elements.passwordless.checked;
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: isEnough ? "required" : "discouraged",
    requireResidentKey: isEnough,
    userVerification: isEnough ? "required" : "preferred",
  };
  return navigator.credentials.create({ publicKey });
}

async function use(form, more = {}) {
  const publicKey = question((await asked(form)).request_options);
  return navigator.credentials.get({ publicKey, ...more });
}

function send(form, credential) {
  form.elements.credential.value = answer(credential);
  form.submit();
}

function tell(form, error) {
  const place = form.querySelector("[data-trouble]");
  const words = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
  place.textContent = place.dataset[words[error.name] ?? "failed"];
  place.hidden = false;
}

async function press(form) {
  waiting?.abort();
  form.querySelector("[data-trouble]").hidden = true;
  try {
    send(form, await (form.dataset.passkey === "make" ? make(form) : use(form)));
  } catch (error) {
    tell(form, error);
  }
}

/** Passkeys among what the browser offers to fill in, without a press on anything. */
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting = new AbortController();
  try {
    send(form, await use(form, { mediation: "conditional", signal: waiting.signal }));
  } catch {
    // Nobody has asked for it: the page says nothing.
  }
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const note of document.querySelectorAll("[data-passkey-unable]")) note.hidden = true;
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form);
    });
    if (form.dataset.passkey === "sign-in") offer(form);
  }
}
