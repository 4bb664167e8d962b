/* What a number or a date in words is understood to mean, shown beside its field while one types. Without this
   script the server shows the same when the form is saved. */
(function () {
  "use strict";

  var PAUSE = 250;
  var timers = new WeakMap();

  function show(field, meaning) {
    var output = field.parentElement.querySelector(".meaning");
    if (!output) return;
    output.textContent = meaning.text || meaning.fault;
    output.classList.toggle("meaning-fault", Boolean(meaning.fault));
    if (!meaning.proposal) return;
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Use " + meaning.proposal;
    button.addEventListener("click", function () {
      field.value = meaning.proposal;
      field.focus();
      ask(field);
    });
    output.append(" ", button);
  }

  function ask(field) {
    var text = field.value.trim();
    var query = new URLSearchParams({ kind: field.dataset.meaning, text: text });
    window.fetch(field.dataset.meaningUrl + "?" + query, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        return answer.ok ? answer.json() : {};
      })
      .then(function (meaning) {
        if (field.value.trim() === text) show(field, meaning);
      })
      .catch(function () {
        show(field, {}); // the server is away, or the session has ended: saving will say so
      });
  }

  document.addEventListener("input", function (event) {
    var field = event.target;
    if (!field.dataset || !field.dataset.meaning) return;
    window.clearTimeout(timers.get(field));
    timers.set(field, window.setTimeout(ask, PAUSE, field));
  });
})();
