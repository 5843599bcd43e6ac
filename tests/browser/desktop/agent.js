// A desktop agent of somebody else's: the page that holds our page and others in frames.
import { DesktopAgentFactory } from "@morgan-stanley/fdc3-web";

const asked = new URLSearchParams(location.search);
const apps = [{ appId: "raiser", title: "Raiser", type: "web", details: { url: asked.get("raiser") } }];
const made = new DesktopAgentFactory().createRoot({
  rootAppId: "test-root",
  appDirectoryEntries: [asked.get("directory"), { host: "tests.local", apps }],
});
window.ready = made.then(() => true);
