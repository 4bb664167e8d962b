/* An article's page without page loads: the links and forms of its pane are fetched, and the text, the pane and the
   messages of the answer take the place of those shown. Without this script the same links and forms lead to the same
   pages. */
(function () {
  "use strict";

  var PARTS = ["article-text", "article-pane"];
  var busy = false;
  var isChanged = false; // whether somebody entered something in the pane that is not recorded

  function show(page, address) {
    PARTS.forEach(function (id) {
      document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
    });
    showMessages(page.querySelector(".messagelist"));
    document.title = page.title;
    window.history.replaceState(null, "", address);
    if (window.django && window.django.jQuery.fn.djangoAdminSelect2) {
      window.django.jQuery("#article-pane .admin-autocomplete").djangoAdminSelect2();
      document.dispatchEvent(new CustomEvent("fields:added"));
    }
    isChanged = false;
    begin();
  }

  function showMessages(list) {
    var old = document.querySelector(".article-messages, .messagelist");
    if (old) old.remove();
    if (!list) return;
    var region = document.createElement("div");
    region.className = "article-messages";
    region.setAttribute("role", "status");
    region.append(document.adoptNode(list));
    document.getElementById("article-pane").prepend(region);
  }

  /* Where the work is: the first field that is wrong or empty but needed; if there is none, the button. */
  function begin() {
    var current = document.querySelector("#article-text [aria-current]");
    var isBeside = window.matchMedia("(min-width: 1100px)").matches;
    if (current && isBeside) current.scrollIntoView({ block: "center" });
    var form = document.querySelector("#article-pane .article-claim, #article-pane .decline-form");
    var next = document.querySelector("#article-pane a[data-pane][accesskey=n]");
    var field = form ? findField(form) || form.querySelector("[type=submit]") : next;
    if (field) field.focus({ preventScroll: !form && isBeside });
  }

  function findField(form) {
    return form.querySelector(".errors input, .errors select, .errors textarea") ||
      Array.from(form.elements).find(function (field) {
        if (field.type !== "radio") return field.required && field.type !== "hidden" && !field.value;
        return field.name && !form.querySelector('[name="' + field.name + '"]:checked');
      });
  }

  function load(address, options, fallBack) {
    if (busy) return;
    busy = true;
    window.fetch(address, options)
      .then(function (answer) {
        return answer.text().then(function (text) {
          var page = new DOMParser().parseFromString(text, "text/html");
          if (!PARTS.every(function (id) { return page.getElementById(id); })) throw new Error("another page");
          show(page, answer.url);
        });
      })
      .catch(fallBack)
      .finally(function () { busy = false; });
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-pane]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (link.hasAttribute("aria-current")) return begin();
    if (isChanged && !window.confirm("Leave this figure? What you entered for it is not recorded.")) return;
    load(link.href, {}, function () { window.location.assign(link.href); });
  });

  document.addEventListener("change", function (event) {
    if (event.target.closest("#article-pane form")) isChanged = true;
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.closest("#article-pane")) return;
    event.preventDefault();
    var data = new FormData(form, event.submitter);
    if (form.method === "get") {
      var address = form.action + "?" + new URLSearchParams(data);
      return load(address, {}, function () { window.location.assign(address); });
    }
    load(form.action, { method: "POST", body: data }, function () {
      form.dispatchEvent(new CustomEvent("unsaved", { bubbles: true })); // to be kept where a login comes first
      form.submit();
    });
  });

  /* Words that are selected in the text are those that a claim is to be made from. */
  document.addEventListener("selectionchange", function () {
    var field = document.querySelector("#article-pane [data-words]");
    var selection = document.getSelection();
    var place = selection.anchorNode && selection.anchorNode.parentElement.closest("#article-text section");
    if (!field || !place || selection.isCollapsed) return;
    field.value = selection.toString().trim();
    field.form.elements.paragraph.value = place.id.slice(1);
  });

  begin();
})();
