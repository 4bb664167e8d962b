/* Names for what the stock admin leaves without one, for those who hear the page: the autocomplete boxes
   (select2 hides the labelled field) and the search box. */
(function () {
  "use strict";

  function nameBoxes() {
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

  function afterwards() {
    window.setTimeout(nameBoxes, 0); // select2 makes its boxes in handlers of the same events
  }

  window.addEventListener("load", afterwards);
  document.addEventListener("formset:added", afterwards);
})();
