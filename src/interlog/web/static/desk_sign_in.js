// Hands a key to the page for desktops that opened this window; to a page of ours alone.
"use strict";

(async () => {
  if (!window.opener) {
    return;
  }
  const { root, formKey } = document.body.dataset;
  const answer = await fetch(`${root}/fdc3/session`, { method: "POST", headers: { "X-Form-Key": formKey } });
  if (answer.ok) {
    window.opener.postMessage({ type: "interlog.session", ...(await answer.json()) }, window.location.origin);
    window.close();
  }
})();
