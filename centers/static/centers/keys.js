// Asks the browser for a security key and posts what it answers with the form the button stands in.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("use-key");
  const data = document.getElementById("key-options");
  if (!button || !data || !window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) {
    return;
  }
  const options = JSON.parse(data.textContent).publicKey;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = document.getElementById("key-status");
    try {
      const credential = options.rp
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      const form = button.form;
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.elements.code.required = false;
      form.submit();
    } catch (error) {
      status.textContent = "The key did not answer. Try again, or use a code.";
    }
  });
});
