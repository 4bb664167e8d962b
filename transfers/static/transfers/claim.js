/* In the form of an article's claim: whoever fills in another transfer, or a new one, means it. */
(function () {
  "use strict";

  function select(field) {
    var match = /^(.*)(?:target-(other)|(new)-(?:supplier|recipient|system|kind|key))$/.exec(field.name || "");
    if (!match || !field.form || !field.value) return;
    var name = match[1] + "target-target";
    var radio = field.form.querySelector('input[name="' + name + '"][value="' + (match[2] || match[3]) + '"]');
    if (radio) radio.checked = true;
  }

  function listen(event) {
    select(event.target);
  }

  document.addEventListener("input", listen);
  document.addEventListener("change", listen);
  if (window.django && django.jQuery) django.jQuery(document).on("change", "select", listen); // of select2
})();
