/* Labels for screen readers that Django's admin lacks: of the autocomplete boxes, whose labelled field select2
   hides, of the search box, and of the fields in a table of records, which are labelled by their column. */
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

  function labelCells() {
    document.querySelectorAll(".tabular th.original").forEach(function (heading) {
      heading.setAttribute("aria-hidden", "true"); // its cells hold hidden fields
    });
    document.querySelectorAll(".tabular tbody tr").forEach(function (row, number) {
      var headings = row.closest("table").querySelectorAll("thead th");
      Array.from(row.cells).forEach(function (cell, place) {
        var heading = headings[place - (row.cells.length - headings.length)];
        cell.querySelectorAll("input:not([type=hidden]), select, textarea").forEach(function (field) {
          if (heading && !field.labels.length) {
            field.setAttribute("aria-label", heading.textContent.trim().replace("?", "") + ", row " + (number + 1));
          }
        });
      });
    });
  }

  function labelAfterSelect2() {
    window.setTimeout(labelCells, 0);
    window.setTimeout(labelBoxes, 0); // select2 adds its boxes in handlers of the same events
  }

  window.addEventListener("load", labelAfterSelect2);
  document.addEventListener("formset:added", labelAfterSelect2);
  document.addEventListener("fields:added", labelAfterSelect2);
})();
