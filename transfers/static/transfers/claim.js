/* In the form of an article's claim: whoever fills in another transfer, a new one, or a figure beside, means it. */
(function () {
  "use strict";

  function select(field) {
    var match = /^(.*)(?:target-(other)|(new)-(?:supplier|recipient|system|kind|key))$/.exec(field.name || "");
    if (!match || !field.form || !field.value) return;
    var name = match[1] + "target-target";
    var radio = field.form.querySelector('input[name="' + name + '"][value="' + (match[2] || match[3]) + '"]');
    if (radio) radio.checked = true;
  }

  function tick(field) {
    var match = /^(also[0-9]+-)claim-/.exec(field.name || "");
    var box = match && field.form && field.form.querySelector('input[name="' + match[1] + 'wanted"]');
    if (box) box.checked = true;
  }

  function listen(event) {
    select(event.target);
    tick(event.target);
  }

  document.addEventListener("input", listen);
  document.addEventListener("change", listen);
  if (window.django && django.jQuery) django.jQuery(document).on("change", "select", listen); // of select2
})();
