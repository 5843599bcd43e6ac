// The page for financial desktops: answers intents, and shows our pages without leaving the frame that it stands in.
"use strict";

(() => {
  const { root, identity, formKey } = document.body.dataset;
  const intents = document.body.dataset.intents.split(" ");
  const agents = document.body.dataset.agents.split(" ");
  const part = (id) => document.getElementById(id);
  const view = part("view");

  const SIGN_IN = 60_000; // how long an intent waits for somebody to sign in
  const STORE = 30_000; // and for the server
  const FORM = 600_000; // and for somebody who fills in a form, after each key
  const RESULT = 60_000;
  const QUIET = 250; // without another interaction, before the timeline is read anew

  let session = null;
  let agent = null;
  let subject = null;
  let asked = null;
  let at = "";

  function within(promise, milliseconds) {
    let timer = 0;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("ApiTimeout")), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  function tell(text) {
    part("told").hidden = !text;
    part("told").textContent = text;
  }

  // The timeline up to today: what is planned comes later.
  const lately = () => `/timeline?until=${new Date().toISOString().slice(0, 10)}`;

  // Who is signed in

  let enter = null;
  const entered = new Promise((resolve) => {
    enter = resolve;
  });

  function begin(found) {
    session = found;
    part("sign-in").hidden = true;
    enter();
    if (!view.childElementCount) {
      show(lately());
    }
  }

  async function newSession(headers) {
    const answer = await fetch(`${root}/fdc3/session`, { method: "POST", headers });
    return answer.ok ? answer.json() : null;
  }

  async function signIn() {
    const found = formKey ? await newSession({ "X-Form-Key": formKey }) : null;
    if (found) {
      begin(found);
    } else {
      part("sign-in").hidden = false;
    }
  }

  part("open-sign-in").addEventListener("click", () => {
    window.open(`${root}/fdc3/sign-in`, "interlog-sign-in", "popup,width=480,height=680");
  });

  addEventListener("message", async (event) => {
    if (event.origin !== window.location.origin || !event.data || event.data.type !== "interlog.session" || session) {
      return;
    }
    // A session of this frame's own, which the browser may keep for it; the one of the window serves as well.
    const given = event.data;
    const own = await newSession({ Authorization: `Bearer ${given.key}`, "X-Form-Key": given.formKey });
    begin(own || given);
  });

  // Who may raise intents: the page that holds us, for which one has signed in; who has our host's name; those of the
  // settings. Any site may open our page in a window, where the browser sends the usual cookie: others are asked about.

  function isKnown({ holds, origin }) {
    const isListed = (item) => {
      const [start, end] = item.split("*");
      return item === origin || (item.includes("*.") && origin.startsWith(start) && origin.endsWith(end));
    };
    return holds || new URL(origin).hostname === window.location.hostname || agents.some(isListed);
  }

  let allow = null;
  const allowed = new Promise((resolve) => {
    allow = resolve;
  });

  async function askAbout(found) {
    if (!isKnown(found)) {
      const card = part("allow");
      card.querySelector("p").textContent = card.dataset.asks.replace("%(origin)s", found.origin);
      card.hidden = false;
      await new Promise((resolve) => {
        card.querySelector("button").addEventListener("click", resolve, { once: true });
      });
      card.hidden = true;
    }
    allow();
  }

  // Our pages

  async function show(path, options) {
    const headers = { ...((options || {}).headers || {}), Authorization: `Bearer ${session.key}` };
    const answer = await fetch(root + path, { ...options, headers });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("main");
    if (!content) {
      tell(part("told").dataset.failed);
      return answer;
    }
    for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
      const href = sheet.getAttribute("href");
      if (href.startsWith(`${root}/static/`) && !document.head.querySelector(`link[href="${CSS.escape(href)}"]`)) {
        document.head.append(document.importNode(sheet));
      }
    }
    at = pathOf(new URL(answer.url));
    view.replaceChildren(...[...content.childNodes].map((node) => document.importNode(node, true)));
    const about = view.querySelector("[data-context]");
    subject = about ? JSON.parse(about.dataset.context) : null;
    part("calls").hidden = !agent || !subject || subject.type !== "fdc3.contact";
    window.scrollTo(0, 0);
    return answer;
  }

  const pathOf = (url) => url.pathname.slice(root.length) + url.search;

  function ours(address) {
    const url = new URL(address, window.location.href);
    return url.origin === window.location.origin && url.pathname.startsWith(`${root}/`) ? url : null;
  }

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !session) {
      return;
    }
    const url = ours(link.href);
    if (!url || link.getAttribute("href").startsWith("#")) {
      return;
    }
    event.preventDefault();
    await show(pathOf(url));
    if (agent && subject) {
      agent.broadcast(subject).catch(() => {});
    }
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const url = ours(event.submitter && event.submitter.formAction !== window.location.href ? event.submitter.formAction : form.action);
    if (!url || !session || form.method === "dialog") {
      return;
    }
    event.preventDefault();
    const sent = new FormData(form, event.submitter);
    if (form.method === "get") {
      await show(`${url.pathname.slice(root.length)}?${new URLSearchParams(sent)}`);
      return;
    }
    const body = form.enctype === "multipart/form-data" ? sent : new URLSearchParams(sent);
    const answer = await show(pathOf(url), { method: "POST", body });
    const saved = /\/interactions\/(\d+)$/.exec(new URL(answer.url).pathname);
    if (asked && saved) {
      asked.saved(answer.url);
    }
  });

  // Intents

  async function post(intent, context, source, key) {
    const headers = { Authorization: `Bearer ${session.key}`, "Content-Type": "application/json" };
    if (key) {
      headers["Idempotency-Key"] = key;
    }
    const answer = await fetch(`${root}/fdc3/v1/intents/${intent}`, {
      method: "POST",
      headers,
      body: JSON.stringify({ context, source, hasUser: true }),
      signal: AbortSignal.timeout(STORE),
    });
    const said = await answer.json();
    if (!answer.ok) {
      throw new Error(said.message);
    }
    return { result: said.intentResult.context, page: (said.interlog || {}).page };
  }

  function failed(context, code, message) {
    return { type: "fdc3.transactionResult", status: "Failed", context, message, interlog: { code, errors: [] } };
  }

  async function handle(intent, context, source, key) {
    const results = !intent.startsWith("View");
    try {
      await within(entered, SIGN_IN);
      await within(allowed, SIGN_IN);
    } catch {
      const why = session ? ["NotAllowed", "nobody has allowed it"] : ["NotSignedIn", "nobody is signed in"];
      return results ? failed(context, ...why) : undefined;
    }
    try {
      const { result, page } = await post(intent, context, source, key);
      if (intent === "CreateInteraction" && page) {
        return await ask(context, page);
      }
      if (intent === "CreateInteraction" && result.status === "Created") {
        tellStored(result.context);
      }
      if (page) {
        await show(page);
      }
      return result;
    } catch (error) {
      return results ? failed(context, "Unavailable", String(error.message || error)) : undefined;
    }
  }

  // Shows a form that another app asks for, and waits until somebody saves it, or does not.
  async function ask(context, page) {
    if (asked) {
      asked.cancelled("cancelled by the user");
    }
    await show(page);
    part("asked").hidden = false;
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => asked && asked.cancelled("timed out waiting for the user"), FORM);
    };
    view.addEventListener("input", later);
    later();
    const own = {};
    const result = await new Promise((resolve) => {
      own.saved = async (uri) => {
        try {
          const { result: stored } = await post("interlog.GetInteraction", { type: "fdc3.interaction", id: { URI: uri } });
          const id = stored.id.INTERLOG;
          resolve({ type: "fdc3.transactionResult", status: "Created", context: stored, message: `record with id "${id}" was created` });
        } catch (error) {
          resolve(failed(context, "Unavailable", String(error.message || error)));
        }
      };
      own.cancelled = (message) => resolve(failed(context, "Cancelled", message));
      asked = own;
    });
    clearTimeout(timer);
    view.removeEventListener("input", later);
    if (asked === own) {
      asked = null;
      part("asked").hidden = true;
    }
    return result;
  }

  part("cancel").addEventListener("click", () => {
    asked.cancelled("cancelled by the user");
    show(lately());
  });
  addEventListener("pagehide", () => asked && asked.cancelled("cancelled by the user"));

  function tellStored(interaction) {
    const card = part("stored");
    const people = interaction.participants.contacts.map((contact) => contact.name || (contact.id || {}).email).filter(Boolean);
    const about = [interaction.interactionType, people.join(", "), interaction.name].filter(Boolean).join(" · ");
    card.querySelector("p").textContent = `${card.dataset.stored}: ${about}`;
    const open = card.querySelector("[data-part=open]");
    const undo = card.querySelector("[data-part=undo]");
    open.href = interaction.id.URI;
    undo.hidden = false;
    undo.onclick = async () => {
      const { result } = await post("interlog.DeleteInteraction", { type: "fdc3.interaction", id: interaction.id });
      undo.hidden = true;
      card.querySelector("p").textContent = result.status === "Deleted" ? card.dataset.undone : card.dataset.kept;
      await show(lately());
    };
    card.hidden = false;
    refresh();
  }

  // The timeline shows what is stored, once no more comes: an app may hand over hundreds.
  let refreshing = 0;
  function refresh() {
    clearTimeout(refreshing);
    refreshing = setTimeout(() => {
      if (!asked && /^\/timeline(\?|$)/.test(at)) {
        show(at);
      }
    }, QUIET);
  }

  // What we raise

  async function raise(intent, app) {
    const context = intent === "StartEmail" ? { type: "fdc3.email", recipients: subject } : subject;
    const told = part("told").dataset;
    part("choice").hidden = true;
    tell("");
    try {
      const { apps, result } = await agent.raise(intent, context, app);
      if (apps) {
        choose(intent, apps);
        return;
      }
      const answer = await within(result, RESULT);
      if (answer && answer.type === "fdc3.chat.room") {
        offerChat(told.chat);
      }
    } catch (error) {
      tell(error.message === "ApiTimeout" ? told.unanswered : told.nobody);
    }
  }

  function choose(intent, apps) {
    part("choice").querySelector("div").replaceChildren(...apps.map((app) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = app.title || app.name || app.appId;
      button.addEventListener("click", () => raise(intent, { appId: app.appId, instanceId: app.instanceId }));
      return button;
    }));
    part("choice").hidden = false;
  }

  function offerChat(text) {
    const email = (subject.id || {}).email;
    const who = email ? `${subject.name || ""} <${email}>` : subject.name || "";
    const link = document.createElement("a");
    link.href = `${root}/log/ChatMessage?${new URLSearchParams({ who })}`;
    link.textContent = text;
    part("told").replaceChildren(link);
    part("told").hidden = false;
  }

  for (const button of part("calls").querySelectorAll("button")) {
    button.addEventListener("click", () => raise(button.dataset.raise));
  }

  // The agent comes first: it gives us seconds to say what we listen for.
  const state = part("agent");
  DeskAgent.connect(identity).then(async (found) => {
    await found.listen(intents, handle, (context) => handle("ViewInteractions", context));
    state.textContent = state.dataset.connected.replace("%(agent)s", await found.name());
    await askAbout(found);
    agent = found;
    part("calls").hidden = !subject || subject.type !== "fdc3.contact";
  }, (error) => {
    state.textContent = error.message === "AccessDenied" ? state.dataset.refused : state.dataset.none;
  });
  signIn();
})();
