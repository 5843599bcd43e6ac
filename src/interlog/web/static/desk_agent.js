// Connects a page to the desktop agent around it: by the API that a container puts into the page, or by the messages of
// the web connection protocol (spec of FDC3, 5.2 to 5.4). Nothing is kept in the browser.
"use strict";

const DeskAgent = (() => {
  const WAIT = 5000;

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const now = () => new Date().toISOString();

  // The windows in which an agent may be: who opened us, who holds us, and theirs.
  function around() {
    const found = new Set();
    const add = (other) => {
      if (!other || other === window || found.has(other)) {
        return;
      }
      found.add(other);
      add(other.opener);
      add(other.parent);
    };
    add(window.opener);
    add(window.parent);
    return [...found];
  }

  // An agent whose API is in the page.
  class Contained {
    constructor(api) {
      this.api = api;
      this.origin = null;
      this.holds = true;
    }

    async name() {
      const info = await this.api.getInfo();
      return info.provider;
    }

    async listen(intents, handle, show) {
      await Promise.all(intents.map((intent) => this.api.addIntentListener(intent, async (context, metadata) =>
        handle(intent, context, (metadata || {}).source, uuid()))));
      for (const type of ["fdc3.contact", "fdc3.organization"]) {
        await this.api.addContextListener(type, show);
      }
    }

    async raise(intent, context, app) {
      const resolution = await this.api.raiseIntent(intent, context, app);
      return { result: resolution.getResult() };
    }

    async broadcast(context) {
      await this.api.broadcast(context);
    }
  }

  // An agent at the other end of a port. `holds`: whether it is the page that holds us in a frame, or such a page's.
  class Connected {
    constructor(port, validated, origin, holds) {
      this.port = port;
      this.origin = origin;
      this.holds = holds;
      this.source = { appId: validated.appId, instanceId: validated.instanceId };
      this.provider = validated.implementationMetadata.provider;
      this.waiting = new Map();
      this.results = new Map();
      port.onmessage = (event) => this.receive(event.data);
      addEventListener("pagehide", (event) => {
        if (!event.persisted) {
          port.postMessage({ type: "WCP6Goodbye", meta: { timestamp: now() } });
        }
      });
    }

    async name() {
      return this.provider;
    }

    ask(type, payload) {
      const requestUuid = uuid();
      const meta = { requestUuid, timestamp: now(), source: this.source };
      const answer = new Promise((resolve) => {
        this.waiting.set(requestUuid, resolve);
      });
      const result = new Promise((resolve, reject) => {
        this.results.set(requestUuid, { resolve, reject });
      });
      result.catch(() => {});
      this.port.postMessage({ type, payload, meta });
      return { answer, result };
    }

    receive(message) {
      const { type, payload, meta } = message;
      if (type === "heartbeatEvent") {
        this.ask("heartbeatAcknowledgementRequest", { heartbeatEventUuid: meta.eventUuid });
      } else if (type === "intentEvent") {
        this.answer(payload, meta);
      } else if (type === "broadcastEvent") {
        this.show(payload.context);
      } else if (type === "raiseIntentResultResponse") {
        const waiting = this.results.get(meta.requestUuid);
        this.results.delete(meta.requestUuid);
        if (waiting && payload.error) {
          waiting.reject(new Error(payload.error));
        } else if (waiting) {
          waiting.resolve((payload.intentResult || {}).context);
        }
      } else if (this.waiting.has(meta.requestUuid)) {
        this.waiting.get(meta.requestUuid)(payload);
        this.waiting.delete(meta.requestUuid);
      }
    }

    // Whatever comes of it, whoever raised the intent is answered: an agent waits for ever for one who is not.
    async answer(payload, meta) {
      const source = payload.originatingApp || (payload.metadata || {}).source;
      const context = await this.handle(payload.intent, payload.context, source, payload.raiseIntentRequestUuid);
      this.ask("intentResultRequest", {
        intentResult: context ? { context } : {},
        intentEventUuid: meta.eventUuid,
        raiseIntentRequestUuid: payload.raiseIntentRequestUuid,
      });
    }

    async listen(intents, handle, show) {
      this.handle = handle;
      this.show = show;
      for (const intent of intents) {
        this.ask("addIntentListenerRequest", { intent });
      }
      for (const contextType of ["fdc3.contact", "fdc3.organization"]) {
        this.ask("addContextListenerRequest", { channelId: null, contextType });
      }
    }

    async raise(intent, context, app) {
      const { answer, result } = this.ask("raiseIntentRequest", app ? { intent, context, app } : { intent, context });
      const payload = await answer;
      if (payload.error) {
        throw new Error(payload.error);
      }
      return payload.appIntent ? { apps: payload.appIntent.apps } : { result };
    }

    async broadcast(context) {
      const { channel } = await this.ask("getCurrentChannelRequest", {}).answer;
      if (channel) {
        this.ask("broadcastRequest", { channelId: channel.id, context });
      }
    }
  }

  function byPort(identityUrl) {
    const attempt = uuid();
    const meta = () => ({ connectionAttemptUuid: attempt, timestamp: now() });
    const actualUrl = window.location.href;
    const hello = () => ({
      type: "WCP1Hello",
      payload: { identityUrl, actualUrl, fdc3Version: "2.2", intentResolver: false, channelSelector: false },
      meta: meta(),
    });
    return new Promise((resolve, reject) => {
      let frame = null;
      let sender = null;
      const onMessage = (event) => {
        const message = event.data;
        if (!message || !message.meta || message.meta.connectionAttemptUuid !== attempt) {
          return;
        }
        if (message.type === "WCP2LoadUrl" && !frame && /^https?:/i.test(message.payload.iframeUrl)) {
          sender = event.source;
          frame = document.createElement("iframe");
          frame.hidden = true;
          frame.title = "FDC3";
          frame.src = message.payload.iframeUrl;
          frame.addEventListener("load", () => frame.contentWindow.postMessage(hello(), "*"));
          document.body.append(frame);
        } else if (message.type === "WCP3Handshake" && event.ports[0]) {
          removeEventListener("message", onMessage);
          const port = event.ports[0];
          const source = frame && event.source === frame.contentWindow ? sender : event.source;
          const holds = window.parent !== window && (source === window.parent || source === window.top);
          port.onmessage = ({ data }) => {
            if (data.type === "WCP5ValidateAppIdentityResponse") {
              resolve(new Connected(port, data.payload, event.origin, holds));
            } else if (data.type === "WCP5ValidateAppIdentityFailedResponse") {
              reject(new Error("AccessDenied"));
            }
          };
          port.postMessage({ type: "WCP4ValidateAppIdentity", payload: { identityUrl, actualUrl }, meta: meta() });
        }
      };
      addEventListener("message", onMessage);
      for (const other of around()) {
        other.postMessage(hello(), "*");
      }
    });
  }

  // Returns the agent around the page; fails with AgentNotFound, or AccessDenied.
  function connect(identityUrl) {
    if (window.fdc3) {
      return Promise.resolve(new Contained(window.fdc3));
    }
    const injected = new Promise((resolve) => {
      addEventListener("fdc3Ready", () => resolve(new Contained(window.fdc3)), { once: true });
    });
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error("AgentNotFound")), WAIT);
    });
    return Promise.race([byPort(identityUrl), injected, late]);
  }

  return { connect };
})();
