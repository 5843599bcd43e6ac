// An app of somebody else's, which raises intents with the standard's own library.
import { getAgent } from "@finos/fdc3";

window.ready = getAgent({ timeoutMs: 8000 }).then((agent) => {
  window.agent = agent;
  return true;
});
