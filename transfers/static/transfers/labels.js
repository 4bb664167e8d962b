/* Labels for screen readers that Django's admin lacks: of the autocomplete boxes, whose labelled field select2
   hides, and of the search box. */
(function () {
  "use strict";

  function labelBoxes() {
    document.querySelectorAll("select.admin-autocomplete").forEach(function (field) {
      var label = document.querySelector('label[for="' + field.id + '"]');
      var box = field.parentElement.querySelector(".select2-selection");
      if (!label || !box) return;
      var text = label.textContent.trim().replace(/:$/, "");
      box.setAttribute("aria-label", text);
      box.querySelector(".select2-selection__rendered").setAttribute("aria-label", text);
    });
    var search = document.getElementById("searchbar");
    if (search) search.setAttribute("aria-label", "Search");
  }

  function labelAfterSelect2() {
    window.setTimeout(labelBoxes, 0); // select2 adds its boxes in handlers of the same events
  }

  window.addEventListener("load", labelAfterSelect2);
  document.addEventListener("formset:added", labelAfterSelect2);
  document.addEventListener("fields:added", labelAfterSelect2);
})();
