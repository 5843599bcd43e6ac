// A desktop agent as small as it can be. It does what a test asks for by its address: `load` has the app load an agent's
// frame first; `silent` lets the app wait.
const asked = new URLSearchParams(location.search);
const results = new Map();
let port = null;
window.seen = [];
window.beats = 0;

const meta = (more) => ({ timestamp: new Date().toISOString(), ...more });

function receive({ data: { type, payload, meta: { connectionAttemptUuid, requestUuid } } }) {
  window.seen.push(type);
  if (type === "WCP4ValidateAppIdentity") {
    const implementationMetadata = { provider: "Small", fdc3Version: "2.2" };
    const validated = { appId: "interlog", instanceId: "i-1", instanceUuid: "u-1", implementationMetadata };
    port.postMessage(asked.has("refuse")
      ? { type: "WCP5ValidateAppIdentityFailedResponse", payload: { message: "?" }, meta: meta({ connectionAttemptUuid }) }
      : { type: "WCP5ValidateAppIdentityResponse", payload: validated, meta: meta({ connectionAttemptUuid }) });
  } else if (type === "heartbeatAcknowledgementRequest") {
    window.beats += 1;
  } else if (type === "intentResultRequest") {
    results.get(payload.raiseIntentRequestUuid)(payload.intentResult.context || null);
  } else if (type.endsWith("Request")) {
    const answer = type === "raiseIntentRequest" ? { error: "NoAppsFound" } : { listenerUUID: crypto.randomUUID() };
    port.postMessage({ type: type.replace("Request", "Response"), payload: answer, meta: meta({ requestUuid }) });
  }
}

addEventListener("message", ({ data, source }) => {
  if (!data || data.type !== "WCP1Hello" || asked.has("silent")) {
    return;
  }
  window.hello = data.payload;
  const { connectionAttemptUuid } = data.meta;
  if (asked.has("load")) {
    const payload = { iframeUrl: asked.get("load") };
    source.postMessage({ type: "WCP2LoadUrl", payload, meta: meta({ connectionAttemptUuid }) }, "*");
    return;
  }
  const channel = new MessageChannel();
  port = channel.port1;
  port.onmessage = receive;
  const payload = {
    fdc3Version: "2.2", intentResolverUrl: false, channelSelectorUrl: false, messageExchangeTimeout: 10000, appLaunchTimeout: 20000,
  };
  source.postMessage({ type: "WCP3Handshake", payload, meta: meta({ connectionAttemptUuid }) }, "*", [channel.port2]);
});

// Raises an intent at the app; the result, as soon as there is one, is in `window.results[name]`.
window.results = {};
window.raise = (name, intent, context) => {
  const raiseIntentRequestUuid = crypto.randomUUID();
  results.set(raiseIntentRequestUuid, (result) => {
    window.results[name] = { result };
  });
  const payload = { intent, context, raiseIntentRequestUuid, originatingApp: { appId: "x", instanceId: "x-1" } };
  port.postMessage({ type: "intentEvent", payload, meta: meta({ eventUuid: crypto.randomUUID() }) });
};
window.beat = () => port.postMessage({ type: "heartbeatEvent", payload: {}, meta: meta({ eventUuid: crypto.randomUUID() }) });
